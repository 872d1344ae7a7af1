import http from 'node:http';
import { type ConnectMiddleware, slipSuite } from '@sio/conformance/suites';
import { listenOnPort } from '@sio/test-kit';
import { describe, onTestFinished } from 'vitest';
import { Server } from '../../src/index.js';

async function serve(slip: ConnectMiddleware) {
  const server = http.createServer();
  const io = new Server(server, { cors: {}, legacyTransports: ['websocket', 'htmlfile', 'xhr-polling'] });
  io.engine.use(slip);
  onTestFinished(() => io.close());
  return { port: await listenOnPort(server), io };
}

describe('a middleware of io.engine', () => slipSuite(serve));
