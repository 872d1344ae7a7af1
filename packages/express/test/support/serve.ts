import http from 'node:http';
import type { ServeApp } from '@sio/conformance/suites';
import { onTestFinished } from 'vitest';
import { socketio } from '../../src/index.js';
import type { majors } from './kit.js';

/** Starts apps for the shared suites. */
export function serveAppOn(express: (typeof majors)[number][1]): ServeApp {
  return async ({ namespaces, prefix, trusting, lodger, options }) => {
    const app = express();
    const server = http.createServer(app);
    if (trusting) app.set('trust proxy', 'loopback');
    const mount = socketio(namespaces, options);
    onTestFinished(() => mount.io.close());
    const middleware = await lodger?.moveIn(server);
    if (middleware !== undefined && lodger?.order === 'before') app.use(middleware);
    app.use(prefix || '/', mount);
    if (middleware !== undefined && lodger?.order === 'after') app.use(middleware);
    return server;
  };
}
