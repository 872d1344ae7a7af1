import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { client, connected, listen, listenOnPort, majors, transports } from './support/kit.js';

class Echo extends Namespace {
  onEcho(...args: unknown[]) {
    return args[0];
  }

  onWhere() {
    return { originalUrl: this.request.originalUrl.split('?')[0], base: this.request.baseUrl, ip: this.request.ip };
  }
}

describe.each(majors)('%s', (_name, express) => {
  describe.each(transports)('over %s', (_transport, list) => {
    const options = { transports: [...list] };

    test('serves a class namespace at the root of an app', async () => {
      const app = express();
      const mount = socketio({ '/': Echo });
      app.use(mount);
      const socket = await connected(await listen(app, mount), options);
      expect(await socket.emitWithAck('echo', 'hello')).toBe('hello');
    });

    test('serves below a path, and gives handlers the request of Express', async () => {
      const app = express();
      const mount = socketio({ '/': Echo });
      app.use('/api', mount);
      const socket = await connected(await listen(app, mount), { ...options, path: '/api/socket.io' });
      expect(await socket.emitWithAck('where')).toEqual({
        originalUrl: '/api/socket.io/',
        base: '/api',
        ip: '127.0.0.1',
      });
    });

    test('serves under nested routers with parameters', async () => {
      const app = express();
      const mount = socketio({ '/': Echo });
      const inner = express.Router();
      inner.use('/live', mount);
      app.use('/:tenant', express.Router().use('/v1', inner));
      const url = await listen(app, mount);
      for (const tenant of ['acme', 'umbrella']) {
        const socket = await connected(url, { ...options, path: `/${tenant}/v1/live/socket.io` });
        expect(await socket.emitWithAck('echo', tenant)).toBe(tenant);
      }
    });

    test('serves two mounts on one app', async () => {
      class One extends Namespace {
        onWho() {
          return 'one';
        }
      }
      class Two extends Namespace {
        onWho() {
          return 'two';
        }
      }
      const app = express();
      const mounts = [socketio({ '/': One }), socketio({ '/': Two })] as const;
      app.use('/one', mounts[0]);
      app.use('/two', mounts[1]);
      const url = await listen(app, ...mounts);
      const two = await connected(url, { ...options, path: '/two/socket.io' });
      const one = await connected(url, { ...options, path: '/one/socket.io' });
      expect([await one.emitWithAck('who'), await two.emitWithAck('who')]).toEqual(['one', 'two']);
    });

    test('serves an app that listens by itself', async () => {
      const app = express();
      const mount = socketio({ '/': Echo });
      app.use(mount);
      onTestFinished(() => mount.io.close());
      const server: Server = app.listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const socket = await connected(await listen(server), options);
      expect(await socket.emitWithAck('echo', 1)).toBe(1);
    });

    test('serves over https', async () => {
      const app = express();
      const mount = socketio({ '/': Echo });
      app.use(mount);
      onTestFinished(() => mount.io.close());
      const port = await listenOnPort(https.createServer(certificate(), app));
      const socket = await connected(`https://127.0.0.1:${port}`, { ...options, rejectUnauthorized: false });
      expect(await socket.emitWithAck('echo', Buffer.from([1, 2]))).toEqual(Buffer.from([1, 2]));
    });
  });

  test('leaves every other request to the app', async () => {
    const app = express();
    const mount = socketio({ '/': Echo });
    app.use(mount);
    app.get('/socket.iox', (_req, res) => void res.send('neighbour'));
    app.get('/socket.io/page', (_req, res) => void res.send('page'));
    const url = await listen(app, mount);
    expect(await (await fetch(`${url}/socket.iox`)).text()).toBe('neighbour');
    expect(await (await fetch(`${url}/socket.io/page`)).text()).toBe('page');
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  });

  test('can be attached to a server by hand', async () => {
    const app = express();
    const mount = socketio({ '/': Echo });
    app.use(mount);
    onTestFinished(() => mount.io.close());
    const server = https.createServer(certificate(), app);
    expect(mount.attach(server)).toBe(mount);
    const url = await listen(server);
    const socket = await connected(url, { transports: ['websocket'], rejectUnauthorized: false });
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
  });

  test('disconnects its clients when the Socket.IO server closes, and leaves the app running', async () => {
    const app = express();
    const mount = socketio({ '/': Echo });
    app.use(mount);
    app.get('/', (_req, res) => void res.send('alive'));
    const url = await listen(app, mount);
    const socket = await connected(url, { transports: ['websocket'] });
    const reason = new Promise((resolve) => socket.once('disconnect', resolve));
    await mount.io.close();
    expect(await reason).toBeDefined();
    expect(await (await fetch(url)).text()).toBe('alive');
  });

  test('passes its own errors to the error handlers of the app', async () => {
    const app = express();
    const mount = socketio({ '/': Echo });
    app.use(mount);
    app.use(
      ((error, _req, res, _next) => void res.status(500).send(error.message)) as import('express').ErrorRequestHandler,
    );
    const url = await listen(app, mount);
    mount.io.engine.generateId = () => {
      throw new Error('no more ids');
    };
    const socket = client(url, { transports: ['polling'] });
    await new Promise((resolve) => socket.once('connect_error', resolve));
    expect(socket.connected).toBe(false);
    expect((await fetch(url)).status).toBe(404);
  });
});

let made: { key: Buffer; cert: Buffer } | undefined;

function certificate(): { key: Buffer; cert: Buffer } {
  if (made !== undefined) return made;
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const options = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const files = ['-keyout', 'key.pem', '-out', 'cert.pem', '-subj', '/CN=localhost'];
  execFileSync('openssl', ['req', ...options, ...files], { cwd: folder, stdio: 'ignore' });
  made = { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) };
  rmSync(folder, { recursive: true });
  return made;
}
