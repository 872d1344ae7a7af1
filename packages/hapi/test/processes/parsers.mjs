// Hapi with body parsers in front of the Socket.IO server: node app.mjs <name of a parser>
import { createServer } from 'node:http';
import { server as hapi } from '@hapi/hapi';
import { answering } from '../../../test-kit/programs/answering.mjs';
import { httpCommands } from '../../../test-kit/programs/http-commands.mjs';
import { Namespace, socketio } from '../../dist/index.js';

class Echo extends Namespace {
  /** @param {unknown} value */
  onEcho(value) {
    return value;
  }
}

/** @type {Record<string, import('@hapi/hapi').RouteOptionsPayload>} */
const PAYLOADS = {
  'its own payload parsers': { maxBytes: 2_000_000 },
  'payloads that are kept as they are': { maxBytes: 2_000_000, output: 'data', parse: false },
  'payloads that are kept in files': { maxBytes: 2_000_000, output: 'file', parse: true },
};

const payload = PAYLOADS[process.argv[2] ?? ''];
if (payload === undefined) throw new Error('There are no such payloads');
const listener = createServer();
const app = hapi({ listener, autoListen: false, routes: { payload } });
await app.register(socketio({ '/': Echo }, { maxBufferedChunks: 1e9 }));
await app.start();
answering(httpCommands(listener));
