import { once } from 'node:events';
import http2 from 'node:http2';
import { certificate, failOnStrayErrors } from '@sio/conformance/testing';
import type Koa from 'koa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { connected, listen, majors, refused } from './support/kit.js';

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }

  onHost() {
    return this.request.host;
  }
}

const POLL = '/socket.io/?EIO=4&transport=polling';

async function ask(session: http2.ClientHttp2Session, path: string, body?: string) {
  const stream = session.request({ ':path': path, ':method': body === undefined ? 'GET' : 'POST' });
  stream.end(body);
  const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return { headers, text };
}

describe.each(majors)('%s over HTTP/2', (_name, App) => {
  failOnStrayErrors();

  async function appOverHttp2(allowHTTP1: boolean, prepare: (app: Koa) => void = () => {}) {
    const app = new App();
    app.silent = true;
    prepare(app as Koa);
    const chat = socketio({ '/': Echo });
    app.use(chat);
    const server = http2.createSecureServer({ ...certificate(), allowHTTP1 }, app.callback());
    const url = (await listen(server, chat)).replace('127.0.0.1', 'localhost');
    const session = http2.connect(url, { rejectUnauthorized: false });
    onTestFinished(() => session.destroy());
    return { app, chat, server, url, session };
  }

  /** A whole conversation by polls. */
  async function talk(session: http2.ClientHttp2Session) {
    const hello = await ask(session, POLL);
    const path = `${POLL}&sid=${JSON.parse(hello.text.slice(1)).sid}`;
    const posted = await ask(session, path, '40');
    const joined = await ask(session, path);
    const held = ask(session, path);
    await ask(session, path, '420["echo","hello"]');
    const answers = [hello, posted, joined, await held];
    for (const { headers } of answers) {
      expect(headers[':status']).toBe(200);
      expect(headers['content-type']).toMatch(/^text\//);
      for (const name of ['connection', 'keep-alive', 'transfer-encoding']) expect(headers).not.toHaveProperty(name);
    }
    expect(answers[3]!.text).toBe('430["hello"]');
    return answers;
  }

  test.each([false, true])('serves a polling client, allowHTTP1: %s', async (allowHTTP1) => {
    await talk((await appOverHttp2(allowHTTP1)).session);
  });

  test('serves a polling client behind a middleware that sets headers and cookies on the way back', async () => {
    const { session } = await appOverHttp2(true, (app) =>
      app.use(async (ctx, next) => {
        await next();
        ctx.set('x-took', '1 ms');
        ctx.res.setHeader('x-raw', 'yes');
        ctx.cookies.set('seen', 'yes', { overwrite: true });
      }),
    );
    const [hello, , , held] = await talk(session);
    expect(hello!.headers).toMatchObject({ 'x-took': '1 ms', 'set-cookie': ['seen=yes; path=/; secure; httponly'] });
    // A poll that waits is answered long after the middleware has run.
    expect(held!.headers).toMatchObject({ 'x-took': '1 ms' });
    expect(held!.headers).not.toHaveProperty('set-cookie');
  });

  test('survives a client that leaves while its poll waits', async () => {
    const { session, url } = await appOverHttp2(true);
    const hello = await ask(session, POLL);
    const path = `${POLL}&sid=${JSON.parse(hello.text.slice(1)).sid}`;
    await ask(session, path, '40');
    await ask(session, path);
    const poll = session.request({ ':path': path });
    poll.on('error', () => {});
    poll.end();
    await ask(session, `${POLL}&sid=unknown`);
    session.destroy();
    const next = http2.connect(url, { rejectUnauthorized: false });
    onTestFinished(() => next.destroy());
    await talk(next);
  });

  test('serves WebSocket clients over HTTP/1.1 as the first clients', async () => {
    const { url } = await appOverHttp2(true);
    const socket = await connected(url, { transports: ['websocket'], rejectUnauthorized: false });
    expect(await socket.emitWithAck('host')).toBe(new URL(url).host);
    const polling = await connected(url, { transports: ['polling'], rejectUnauthorized: false });
    expect(await polling.emitWithAck('host')).toBe(new URL(url).host);
  });

  test('sends its refusals, and responses of an engine middleware', async () => {
    const { session } = await appOverHttp2(true);
    const wrong = await ask(session, '/socket.io/?EIO=4&transport=pigeon');
    expect(wrong.headers[':status']).toBe(400);
    const unknown = await ask(session, `${POLL}&sid=unknown`, '40');
    expect(unknown.headers[':status']).toBe(400);
    expect((await ask(session, '/nowhere')).headers[':status']).toBe(404);
  });

  test('refuses a WebSocket over HTTP/2, which it does not support', async () => {
    const { session } = await appOverHttp2(true);
    await ask(session, POLL);
    expect(session.remoteSettings?.enableConnectProtocol).not.toBe(true);
  });

  test('lets the server close while clients keep HTTP/2 sessions from before the mount knew the server', async () => {
    const { chat, server, session, url } = await appOverHttp2(true);
    const late = http2.connect(url, { rejectUnauthorized: false });
    onTestFinished(() => late.destroy());
    for (const each of [session, late]) expect((await ask(each, POLL)).headers[':status']).toBe(200);
    const gone = [session, late].map((each) => once(each, 'close'));
    await chat.io.close();
    await new Promise((resolve) => server.close(resolve));
    await Promise.all(gone);
  });

  test('refuses WebSocket clients that a guard refuses', async () => {
    const { url } = await appOverHttp2(true, (app) => app.use((ctx) => ctx.throw(401)));
    const error = await refused(url, { transports: ['websocket'], rejectUnauthorized: false });
    expect(String((error.description as { message?: string }).message)).toContain('401');
  });
});
