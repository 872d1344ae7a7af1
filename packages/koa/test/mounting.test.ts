import { execFileSync } from 'node:child_process';
import https from 'node:https';
import Router from '@koa/router';
import { certificate, listenOnPort } from '@sio/test-kit';
import type { Context } from 'koa';
import mount from 'koa-mount';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { client, connected, listen, majors, refused, transports } from './support/kit.js';

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }

  onWhere() {
    return { originalUrl: this.request.originalUrl.split('?')[0], ip: this.request.ip };
  }

  onTenant() {
    return this.request.params.tenant;
  }
}

describe.each(majors)('%s', (_name, App) => {
  describe.each(transports)('over %s', (_transport, list) => {
    const options = { transports: [...list] };

    test('serves below the prefix of koa-mount, and gives handlers the context of Koa', async () => {
      const app = new App();
      const chat = socketio({ '/': Echo });
      app.use(mount('/api', mount('/v1', chat)));
      const socket = await connected(await listen(app, chat), { ...options, path: '/api/v1/socket.io' });
      expect(await socket.emitWithAck('where')).toEqual({ originalUrl: '/api/v1/socket.io/', ip: '127.0.0.1' });
    });

    test('serves an app that is mounted on another', async () => {
      const app = new App();
      const inner = new App();
      const chat = socketio({ '/': Echo });
      inner.use(chat);
      app.use(mount('/inner', inner));
      const socket = await connected(await listen(app, chat), { ...options, path: '/inner/socket.io' });
      expect(await socket.emitWithAck('echo', 1)).toBe(1);
    });

    test('serves under @koa/router, with a prefix, parameters and guards of the route', async () => {
      const app = new App();
      const chat = socketio({ '/': Echo });
      const router = new Router({ prefix: '/:tenant/api' });
      const onlyAcme = async (ctx: Context, next: () => Promise<unknown>) => {
        if (ctx.params.tenant === 'acme') return next();
        ctx.throw(403, 'no such tenant');
      };
      router.all('/socket.io/{*rest}', onlyAcme as never, chat as never);
      app.use(router.routes()).use(router.allowedMethods());
      app.silent = true;
      const url = await listen(app, chat);
      const socket = await connected(url, { ...options, path: '/acme/api/socket.io' });
      expect(await socket.emitWithAck('tenant')).toBe('acme');
      const error = await refused(url, { ...options, path: '/umbrella/api/socket.io' });
      const { description } = error;
      expect(typeof description === 'number' ? `${description}` : description?.message).toContain('403');
      await refused(url, { ...options, path: '/socket.io' });
    });

    test('serves two separate mounts', async () => {
      const app = new App();
      const [one, two] = ['one', 'two'].map((who) => {
        class Who extends Namespace {
          onWho() {
            return who;
          }
        }
        const chat = socketio({ '/': Who });
        app.use(mount(`/${who}`, chat));
        return chat;
      });
      const url = await listen(app, one!, two!);
      const second = await connected(url, { ...options, path: '/two/socket.io' });
      const first = await connected(url, { ...options, path: '/one/socket.io' });
      expect([await first.emitWithAck('who'), await second.emitWithAck('who')]).toEqual(['one', 'two']);
    });

    test('serves an app that listens by itself', async () => {
      const app = new App();
      const chat = socketio({ '/': Echo });
      app.use(chat);
      onTestFinished(() => chat.io.close());
      const server = app.listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const socket = await connected(await listen(server), options);
      expect(await socket.emitWithAck('echo', 1)).toBe(1);
    });

    test('serves over https', async () => {
      const app = new App();
      const chat = socketio({ '/': Echo });
      app.use(chat);
      onTestFinished(() => chat.io.close());
      const port = await listenOnPort(https.createServer({ ...certificate() }, app.callback()));
      const socket = await connected(`https://127.0.0.1:${port}`, { ...options, rejectUnauthorized: false });
      expect(await socket.emitWithAck('echo', Buffer.from([1, 2]))).toEqual(Buffer.from([1, 2]));
    });
  });

  test('can be attached to a server by hand', async () => {
    const app = new App();
    const chat = socketio({ '/': Echo });
    app.use(chat);
    onTestFinished(() => chat.io.close());
    const server = https.createServer({ ...certificate() }, app.callback());
    expect(chat.attach(server)).toBe(chat);
    const url = await listen(server);
    const socket = await connected(url, { transports: ['websocket'], rejectUnauthorized: false });
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
  });

  test('leaves every other request to the app', async () => {
    const app = new App();
    const chat = socketio({ '/': Echo });
    app.use(chat);
    app.use((ctx) => {
      if (['/socket.iox', '/socket.io/page'].includes(ctx.path)) ctx.body = ctx.path;
    });
    const url = await listen(app, chat);
    expect(await (await fetch(`${url}/socket.iox`)).text()).toBe('/socket.iox');
    expect(await (await fetch(`${url}/socket.io/page`)).text()).toBe('/socket.io/page');
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  });

  test('disconnects its clients when the Socket.IO server closes, and leaves the app running', async () => {
    const app = new App();
    const chat = socketio({ '/': Echo });
    app.use(chat);
    app.use((ctx) => {
      ctx.body = 'alive';
    });
    const url = await listen(app, chat);
    const socket = await connected(url, { transports: ['websocket'] });
    const reason = new Promise((resolve) => socket.once('disconnect', resolve));
    await chat.io.close();
    expect(await reason).toBeDefined();
    expect(await (await fetch(url)).text()).toBe('alive');
  });

  test('passes its own errors to the app, which answers and keeps running', async () => {
    const app = new App();
    const chat = socketio({ '/': Echo });
    app.use(chat);
    const errors: string[] = [];
    app.on('error', (error: Error) => errors.push(error.message));
    const url = await listen(app, chat);
    chat.io.engine.generateId = () => {
      throw new Error('no more ids');
    };
    for (const [, list] of transports.slice(0, 2)) {
      const socket = client(url, { transports: [...list] });
      await new Promise((resolve) => socket.once('connect_error', resolve));
      expect(socket.connected).toBe(false);
    }
    expect((await fetch(url)).status).toBe(404);
  });
});

test('lets the process exit after the server and the app are closed', () => {
  const program = `
    const { socketio } = await import('@sio/koa');
    const { default: Koa } = await import('koa');
    const app = new Koa();
    const chat = socketio();
    app.use(chat);
    const server = app.listen(0, async () => {
      await fetch('http://127.0.0.1:' + server.address().port + '/socket.io/?EIO=4&transport=polling');
      await chat.io.close();
      server.close();
      server.closeIdleConnections();
      console.log('closed');
    });`;
  const options = { cwd: new URL('..', import.meta.url), timeout: 50_000, encoding: 'utf8' } as const;
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', program], options)).toBe('closed\n');
});
