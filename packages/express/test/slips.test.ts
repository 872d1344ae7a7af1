import http from 'node:http';
import { slipSuite } from '@sio/conformance/suites';
import { describe, onTestFinished } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { listenOnPort, majors } from './support/kit.js';

describe.each(majors)('%s', (_name, express) => {
  slipSuite(async (slip) => {
    const app = express();
    app.use(slip);
    const mount = socketio(
      { '/': Namespace },
      { cors: {}, legacyTransports: ['websocket', 'htmlfile', 'xhr-polling'] },
    );
    app.use(mount);
    onTestFinished(() => mount.io.close());
    return { port: await listenOnPort(http.createServer(app)), io: mount.io };
  });
});
