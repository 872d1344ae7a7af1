import { readFileSync } from 'node:fs';
import { type AsyncApiDocument, asyncapi, asyncapiHandlers, asyncapiPageHandlers, diff } from '@sio/asyncapi';
import { serve } from '@sio/example-shared';
import { Chat } from './chat.js';

const namespaces = { '/chat': Chat };
const info = { title: 'Chat', version: '2.0.0' };
const options = { url: 'https://chat.example' };

/** The document that was last published for clients. */
const published = JSON.parse(readFileSync(new URL('../published.json', import.meta.url), 'utf8')) as AsyncApiDocument;

const { url } = await serve(namespaces, {
  pages: new URL('../public', import.meta.url),
  routes: (app) => {
    app.get('/asyncapi.json', asyncapiHandlers(namespaces, info, options).node);
    app.get('/api', asyncapiPageHandlers(namespaces, info, options).node);
    app.get('/changes.json', (_req, res) => void res.json(diff(published, asyncapi(namespaces, info, options))));
  },
});
console.log(`AsyncAPI: ${url}`);
