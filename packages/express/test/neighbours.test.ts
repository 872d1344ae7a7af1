import http from 'node:http';
import { greeting, originalSocketIo, plainNeighbour } from '@sio/conformance/testing';
import expressWs from 'express-ws';
import { createServer as createVite } from 'vite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { connected, listen, majors, transports } from './support/start.js';

class Echo extends Namespace {
  onWho() {
    return 'ours';
  }
}

describe.each(majors)('%s', (_name, express) => {
  function serve(prefix: string) {
    const app = express();
    const mount = socketio({ '/': Echo });
    onTestFinished(() => mount.io.close());
    app.use(prefix, mount);
    return http.createServer(app);
  }

  describe.each(transports)('over %s', (_transport, list) => {
    const options = { transports: [...list] };

    test.each([
      ['before', '/'],
      ['before', '/api'],
      ['after', '/'],
      ['after', '/api'],
    ])('shares the server with ws attached %s, mounted at %s', async (order, prefix) => {
      const server = serve(prefix);
      if (order === 'before') plainNeighbour(server);
      const port = await listen(server);
      const path = `${prefix === '/' ? '' : prefix}/socket.io`;
      const first = await connected(`http://127.0.0.1:${port}`, { ...options, path });
      if (order === 'after') plainNeighbour(server);
      const second = await connected(`http://127.0.0.1:${port}`, { ...options, path });
      expect(await first.emitWithAck('who')).toBe('ours');
      expect(await second.emitWithAck('who')).toBe('ours');
      expect(await greeting(`ws://127.0.0.1:${port}/other`)).toBe('theirs');
    });

    test.each(['before', 'after'])('shares the server with socket.io itself attached %s', async (order) => {
      const server = serve('/');
      if (order === 'before') originalSocketIo(server);
      const port = await listen(server);
      const url = `http://127.0.0.1:${port}`;
      const ours = await connected(url, options);
      if (order === 'after') originalSocketIo(server);
      const theirs = await connected(url, { ...options, path: '/original' });
      const again = await connected(url, options);
      expect(await ours.emitWithAck('who')).toBe('ours');
      expect(await theirs.emitWithAck('who')).toBe('original');
      expect(await again.emitWithAck('who')).toBe('ours');
    });

    test('shares the server with express-ws', async () => {
      const { app } = expressWs(express());
      const mount = socketio({ '/': Echo });
      onTestFinished(() => mount.io.close());
      app.ws('/other', (ws) => ws.send('theirs'));
      app.use(mount);
      const port = await listen(app.listen(0, '127.0.0.1'));
      const url = `http://127.0.0.1:${port}`;
      const first = await connected(url, options);
      expect(await greeting(`ws://127.0.0.1:${port}/other`)).toBe('theirs');
      expect(await first.emitWithAck('who')).toBe('ours');
    });

    test.each(['before', 'after'])(
      'shares the server with Vite, its reloading included, installed %s',
      async (order) => {
        const app = express();
        const server = http.createServer(app);
        const mount = socketio({ '/': Echo });
        onTestFinished(() => mount.io.close());
        const vite = await createVite({
          root: new URL('support/', import.meta.url).pathname,
          configFile: false,
          logLevel: 'silent',
          appType: 'custom',
          optimizeDeps: { noDiscovery: true },
          server: { middlewareMode: true, hmr: { server } },
        });
        onTestFinished(() => vite.close());
        if (order === 'before') app.use(vite.middlewares);
        app.use(mount);
        if (order === 'after') app.use(vite.middlewares);
        const port = await listen(server);
        const url = `http://127.0.0.1:${port}`;
        const first = await connected(url, options);
        const hmr = `ws://127.0.0.1:${port}/?token=${vite.config.webSocketToken}`;
        expect(JSON.parse(await greeting(hmr, 'vite-hmr'))).toEqual({ type: 'connected' });
        expect((await fetch(`${url}/@vite/client`)).status).toBe(200);
        const second = await connected(url, options);
        expect([await first.emitWithAck('who'), await second.emitWithAck('who')]).toEqual(['ours', 'ours']);
      },
    );
  });
});
