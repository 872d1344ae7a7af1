import { Echo, neighbourSuite } from '@sio/conformance/suites';
import { greeting } from '@sio/conformance/testing';
import expressWs from 'express-ws';
import { describe, expect, onTestFinished, test } from 'vitest';
import { socketio } from '../src/index.js';
import { connected, listenOnPort, majors, transports } from './support/kit.js';
import { serveAppOn } from './support/serve.js';

describe.each(majors)('%s', (_name, express) => {
  neighbourSuite(serveAppOn(express));

  test.each(transports)('shares the server with express-ws, over %s', async (_transport, list) => {
    const { app } = expressWs(express());
    const mount = socketio({ '/': Echo });
    onTestFinished(() => mount.io.close());
    app.ws('/other', (ws) => ws.send('theirs'));
    app.use(mount);
    const port = await listenOnPort(app.listen(0, '127.0.0.1'));
    const url = `http://127.0.0.1:${port}`;
    const first = await connected(url, { transports: [...list] });
    expect(await greeting(`ws://127.0.0.1:${port}/other`)).toBe('theirs');
    expect(await first.emitWithAck('echo', 'ours')).toBe('ours');
  });
});
