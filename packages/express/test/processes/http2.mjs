// Express on HTTP/2, without Socket.IO: node http2.mjs <package of Express> <certificate> <key>
import http2 from 'node:http2';
import { createRequire } from 'node:module';
import { answering } from '../../../test-kit/programs/answering.mjs';

const [, , name = 'express', cert = '', key = ''] = process.argv;
const app = createRequire(import.meta.url)(name)();
app.get('/', (/** @type {unknown} */ _req, /** @type {import('express').Response} */ res) => res.end('hello'));
const server = http2.createSecureServer({ cert, key, allowHTTP1: true }, app);

answering({
  start: () =>
    new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
      });
    }),
});
