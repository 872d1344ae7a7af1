import http from 'node:http';
import { severalServersSuite } from '@sio/conformance/suites';
import { describe, onTestFinished } from 'vitest';
import { socketio } from '../src/index.js';
import { majors } from './support/kit.js';

describe.each(majors)('one app of %s on several HTTP servers', (_name, App) => {
  severalServersSuite((namespaces, options) => {
    const app = new App();
    const mount = socketio(namespaces, options as Parameters<typeof socketio>[1]);
    app.use(mount);
    onTestFinished(() => mount.io.close());
    return { io: mount.io, createServer: () => http.createServer(app.callback()) };
  });
});
