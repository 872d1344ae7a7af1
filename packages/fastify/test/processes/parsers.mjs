// Fastify with body parsers in front of the Socket.IO server: node app.mjs <name of a parser>
import { createRequire } from 'node:module';
import fastify from 'fastify';
import { answering } from '../../../test-kit/programs/answering.mjs';
import { httpCommands } from '../../../test-kit/programs/http-commands.mjs';
import { Namespace, socketio } from '../../dist/index.js';

// Not imported: the declarations of one of them take those of the tests away.
const load = createRequire(import.meta.url);

class Echo extends Namespace {
  /** @param {unknown} value */
  onEcho(value) {
    return value;
  }
}

/** @type {Record<string, (app: import('fastify').FastifyInstance) => unknown>} */
const PARSERS = {
  'its own parsers': () => {},
  'a parser of buffers for every type': (app) =>
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body)),
  'a parser of strings for text': (app) => {
    app.removeContentTypeParser('text/plain');
    app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  },
  '@fastify/formbody': (app) => app.register(load('@fastify/formbody')),
  '@fastify/multipart': (app) => app.register(load('@fastify/multipart')),
};

const app = fastify({ bodyLimit: 2_000_000 });
const parse = PARSERS[process.argv[2] ?? ''];
if (parse === undefined) throw new Error('There is no such parser');
await parse(app);
await app.register(socketio({ '/': Echo }, { maxBufferedChunks: 1e9 }));
await app.ready();
answering(httpCommands(app.server));
