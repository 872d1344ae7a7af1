// Copies the browser client to client-dist/, where applications that were written for socket.io read it.
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const client = dirname(createRequire(join(process.cwd(), 'package.json')).resolve('socket.io-client/package.json'));
for (const name of ['socket.io', 'socket.io.min', 'socket.io.esm.min', 'socket.io.msgpack.min'])
  for (const file of [`${name}.js`, `${name}.js.map`]) cpSync(join(client, 'dist', file), join('client-dist', file));
