import { bodyParser as newBodyParser } from '@koa/bodyparser';
import cors from '@koa/cors';
import { RawWebSocket } from '@sio/test-kit';
import type Koa from 'koa';
import type { Middleware } from 'koa';
import { koaBody } from 'koa-body';
import bodyParser from 'koa-bodyparser';
import compress from 'koa-compress';
import { describe, expect, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { connected, listen, majors, refused, transports } from './support/kit.js';

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }

  onUser() {
    return this.request.state.user;
  }
}

describe.each(majors)('%s', (_name, App) => {
  async function appBehind(...before: Middleware[]) {
    const app: Koa = new App();
    app.silent = true;
    for (const middleware of before) app.use(middleware);
    const chat = socketio({ '/': Echo });
    app.use(chat);
    return { app, chat, url: await listen(app, chat) };
  }

  describe.each(transports)('over %s', (_transport, list) => {
    const options = { transports: [...list] };

    test('runs the guards in front of the mount, and sends their refusal to the client', async () => {
      const { url } = await appBehind(async (ctx, next) => {
        if (ctx.get('Authorization') !== 'Bearer ada') ctx.throw(401, 'who are you?');
        ctx.state.user = 'ada';
        await next();
      });
      const { description } = await refused(url, options);
      expect(typeof description === 'number' ? `${description}` : description?.message).toContain('401');
      const socket = await connected(url, { ...options, extraHeaders: { authorization: 'Bearer ada' } });
      expect(await socket.emitWithAck('user')).toBe('ada');
    });

    test.each<[string, () => Middleware]>([
      ['koa-bodyparser', () => bodyParser({ enableTypes: ['json', 'form', 'text', 'xml'] }) as Middleware],
      ['@koa/bodyparser', () => newBodyParser({ enableTypes: ['json', 'form', 'text', 'xml'] }) as Middleware],
      ['koa-body', () => koaBody({ multipart: true, textLimit: 100, formLimit: 100 }) as Middleware],
      ['koa-compress', () => compress({ threshold: 0 }) as Middleware],
    ])('works with %s', async (_what, middleware) => {
      const { url } = await appBehind(middleware());
      const socket = await connected(url, options);
      expect(await socket.emitWithAck('echo', 'häl"lo\u2028')).toBe('häl"lo\u2028');
      expect(await socket.emitWithAck('echo', Buffer.from([0, 255, 13, 10]))).toEqual(Buffer.from([0, 255, 13, 10]));
      const big = 'x'.repeat(90_000);
      expect(await socket.emitWithAck('echo', big)).toBe(big);
    });
  });

  test('runs code after the mount’s answer, which logs one line with status 101', async () => {
    const lines: string[] = [];
    const { url } = await appBehind(async (ctx, next) => {
      lines.push(`> ${ctx.method}`);
      await next();
      lines.push(`< ${ctx.status}`);
    });
    const socket = await connected(url, { transports: ['websocket'] });
    await socket.emitWithAck('echo', 1);
    socket.disconnect();
    expect(lines).toEqual(['> GET', '< 101']);
  });

  test('logs handshakes and polls as successful requests', async () => {
    const statuses: number[] = [];
    const { url } = await appBehind(async (ctx, next) => {
      await next();
      statuses.push(ctx.status);
    });
    const socket = await connected(url, { transports: ['polling'] });
    await socket.emitWithAck('echo', 1);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=unknown`)).status).toBe(400);
    expect(statuses.at(-1)).toBe(400);
  });

  test('sends cookies that are set after the mount has answered', async () => {
    const { url } = await appBehind(async (ctx, next) => {
      await next();
      ctx.cookies.set('after', 'wards');
      ctx.set('X-After', 'yes');
    });
    const { headers } = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
    expect([headers['set-cookie'], headers['x-after']]).toEqual([['after=wards; path=/; httponly'], 'yes']);
    const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
    expect(answer.headers.getSetCookie()).toEqual(['after=wards; path=/; httponly']);
  });

  test('sends the response of the app when a middleware fails', async () => {
    const { url } = await appBehind(async () => {
      throw Object.assign(new Error('later'), { status: 503, expose: true });
    });
    expect((await refused(url, { transports: ['polling'] })).description).toBe(503);
    const error = await refused(url, { transports: ['websocket'] });
    expect((error.description as { message: string }).message).toContain('503');
  });

  test('limits messages by its own option, not by that of a body parser', async () => {
    const app: Koa = new App();
    app.silent = true;
    app.use(bodyParser({ enableTypes: ['json', 'form', 'text'], textLimit: '100b' }));
    const chat = socketio({ '/': Echo }, { maxHttpBufferSize: 10_000 });
    app.use(chat);
    app.use((ctx) => {
      ctx.body = ctx.request.body;
    });
    const url = await listen(app, chat);
    const handshake = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
    const { sid } = JSON.parse((await handshake.text()).slice(1));
    const poll = `${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    const message = `42["echo","${'x'.repeat(9_000)}"]`;
    expect((await fetch(poll, { method: 'POST', body: '40' })).status).toBe(200);
    expect((await fetch(poll, { method: 'POST', body: message })).status).toBe(200);
    expect((await fetch(poll, { method: 'POST', body: '4'.repeat(10_001) })).status).toBe(413);
    expect(await (await fetch(`${url}/text`, { method: 'POST', body: 'short' })).text()).toBe('short');
    expect((await fetch(`${url}/text`, { method: 'POST', body: 'x'.repeat(101) })).status).toBe(413);
  });

  describe('CORS', () => {
    const headers = { origin: 'https://page.example' };
    const corsHeaders = (answer: Response) =>
      [...answer.headers].filter(([name]) => name.startsWith('access-control-'));

    test.each([
      ['', {}],
      [', and the option cors adds nothing', { cors: { origin: 'https://page.example', exposedHeaders: 'X-Ours' } }],
    ])('comes from @koa/cors if it is installed, and is never set twice%s', async (_also, options) => {
      const app: Koa = new App();
      app.use(cors({ origin: 'https://page.example', credentials: true }));
      const chat = socketio({ '/': Echo }, { allowedOrigins: ['https://page.example'], ...options });
      app.use(chat);
      const url = await listen(app, chat);
      const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers });
      expect(corsHeaders(answer)).toEqual([
        ['access-control-allow-credentials', 'true'],
        ['access-control-allow-origin', 'https://page.example'],
      ]);
      expect(answer.headers.get('vary')).toBe('Origin');
      const { sid } = JSON.parse((await answer.text()).slice(1));
      const posted = await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
        method: 'POST',
        body: '40',
        headers,
      });
      expect(corsHeaders(posted)).toEqual(corsHeaders(answer));
    });

    test('comes from the mount with the option cors', async () => {
      const app: Koa = new App();
      const chat = socketio({ '/': Echo }, { cors: { origin: 'https://page.example' } });
      app.use(chat);
      const url = await listen(app, chat);
      const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers });
      expect(corsHeaders(answer)).toEqual([['access-control-allow-origin', 'https://page.example']]);
      const preflight = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, {
        method: 'OPTIONS',
        headers: { ...headers, 'access-control-request-method': 'POST' },
      });
      expect(preflight.status).toBe(204);
    });
  });
});
