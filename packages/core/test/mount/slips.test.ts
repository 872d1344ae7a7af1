import { type ConnectMiddleware, slipSuite } from '@sio/conformance/suites';
import { startServer } from '@sio/test-kit';
import { describe } from 'vitest';

async function withSlip(slip: ConnectMiddleware) {
  const { io, port } = await startServer({ cors: {}, legacyTransports: ['websocket', 'htmlfile', 'xhr-polling'] });
  io.engine.use(slip);
  return { io, port };
}

describe('a middleware of io.engine', () => slipSuite(withSlip));
