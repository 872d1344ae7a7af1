import { setImmediate as turn } from 'node:timers/promises';
import type { ServerOptions } from '@sio/core';
import {
  type Answer,
  bytesOf,
  fetchAnswer,
  LegacySession,
  legacyPolling,
  refusedUpgrade,
  startServer,
  startWithSocket,
} from '@sio/test-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.useRealTimers();
});

const OFFER = 'websocket,htmlfile,xhr-polling,jsonp-polling';

async function shake(options: ServerOptions = {}, query = '', headers = {}): Promise<Answer> {
  const { url } = await startServer(options);
  return fetchAnswer(`${url}/socket.io/1/${query}`, { headers });
}

describe('a handshake', () => {
  it('returns the session, times in seconds, and transports', async () => {
    const { port } = await startServer();
    const text = await bytesOf(port, 'GET /socket.io/1/?t=1 HTTP/1.1', 'Host: localhost', 'Connection: close');
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head.split('\r\n')).toEqual([
      'HTTP/1.1 200 OK',
      'Content-Type: text/plain',
      'Cache-Control: no-store',
      `Content-Length: ${body.length}`,
      'Connection: close',
    ]);
    expect(body).toMatch(new RegExp(`^sid=[\\w-]{20}:45:60:${OFFER}$`));
  });

  it('needs no slash behind the version', async () => {
    const { url } = await startServer();
    const { status, body } = await fetchAnswer(`${url}/socket.io/1?t=1`);
    expect(status).toBe(200);
    expect(body).toMatch(/^sid=[\w-]{20}:45:60:/);
  });

  it('is answered as JSONP', async () => {
    const { status, headers, body } = await shake({}, '?t=1&jsonp=3');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/javascript');
    expect(body).toMatch(new RegExp(`^io\\.j\\[3\\]\\("sid=[\\w-]{20}:45:60:${OFFER}"\\);$`));
  });

  it.each(['x', '1;alert(1)', '-1', '1.0', ''])('takes no script for a JSONP index: %j', async (index) => {
    const { headers, body } = await shake({}, `?jsonp=${encodeURIComponent(index)}`);
    expect(headers['content-type']).toBe('text/plain');
    expect(body).toMatch(/^sid=[\w-]{20}:45:60:/);
  });

  it("returns a heartbeat time that covers the server's longest silence, and the close time", async () => {
    const times = { pingInterval: 10_000, pingTimeout: 5500, legacyCloseTimeout: 30_000 };
    expect((await shake(times)).body).toMatch(/^sid=[\w-]{20}:16:30:/);
    expect((await shake({ pingInterval: 200, pingTimeout: 100 })).body).toMatch(/^sid=[\w-]{20}:0\.3:60:/);
  });

  it('offers the transports that are switched on, in the order given', async () => {
    const legacyTransports = ['xhr-multipart', 'jsonp-polling', 'websocket'];
    expect((await shake({ legacyTransports })).body).toMatch(/:60:xhr-multipart,jsonp-polling,websocket$/);
    expect((await shake({ transports: ['polling'] })).body).toMatch(/:60:htmlfile,xhr-polling,jsonp-polling$/);
    expect((await shake({ transports: ['websocket'] })).body).toMatch(/:60:websocket$/);
    await expect(shake({ legacyTransports: ['carrier-pigeon'] })).rejects.toThrow('not "carrier-pigeon"');
  });

  it("gives the application the query of the client's URL", async () => {
    const { url, socket } = await startWithSocket();
    await legacyPolling(url, '&token=t%20%C3%A9&t=9&list=1&list=2');
    const { handshake } = await socket;
    expect(handshake.query).toMatchObject({ token: 't é', list: '2' });
    expect(handshake.auth).toEqual({ token: 't é', list: ['1', '2'] });
    expect(handshake.url).toContain('/socket.io/1/?t=1&token=t%20%C3%A9');
  });

  it('that no transport follows expires after 30 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { io, url } = await startServer();
    const session = await LegacySession.shake(url);
    vi.advanceTimersByTime(29_000);
    await turn();
    expect(io.engine.clientsCount).toBe(1);
    vi.advanceTimersByTime(1000);
    await turn();
    expect(io.engine.clientsCount).toBe(0);
    expect(await session.read()).toBe('7:::1+0');
  });

  it('that no transport follows expires after legacyCloseTimeout if that is shorter', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { io, url } = await startServer({ legacyCloseTimeout: 5000, legacyPollingDuration: 1000 });
    await LegacySession.shake(url);
    vi.advanceTimersByTime(5000);
    await turn();
    expect(io.engine.clients.size).toBe(0);
  });
});

const REFUSALS: { why: string; options: ServerOptions; headers?: object; status: number; text: string }[] = [
  { why: 'a foreign origin', options: {}, headers: { Origin: 'http://a' }, status: 403, text: 'handshake bad origin' },
  {
    why: 'the application',
    options: { allowRequest: (_, answer) => answer('no', false) },
    status: 403,
    text: 'handshake unauthorized',
  },
  {
    why: 'an application that fails',
    options: {
      allowRequest: () => {
        throw new Error('broken');
      },
    },
    status: 500,
    text: 'handshake error',
  },
];

describe('a handshake is refused', () => {
  it.each(REFUSALS)('because of $why', async ({ options, headers, status, text }) => {
    const answer = await shake(options, '', headers);
    expect(answer).toMatchObject({ status, body: text });
    expect(answer.headers['content-type']).toBe('text/plain');
  });

  it.each(REFUSALS)('as JSONP because of $why', async ({ options, headers, text }) => {
    const answer = await shake(options, '?jsonp=7', headers);
    expect(answer).toMatchObject({ status: 200, body: `io.j[7](new Error("${text}"));` });
    expect(answer.headers['content-type']).toBe('application/javascript');
  });

  it('because a middleware of the engine failed', async () => {
    const { io, url } = await startServer();
    io.engine.use((_req, _res, next) => next(new Error('no')));
    expect(await fetchAnswer(`${url}/socket.io/1/`)).toMatchObject({ status: 500, body: 'handshake error' });
  });

  it('and the application learns why', async () => {
    const { io, url } = await startServer({ allowRequest: (_, answer) => answer('not you', false) });
    const heard = new Promise((resolve) => io.engine.once('connection_error', resolve));
    await fetchAnswer(`${url}/socket.io/1/`);
    expect(await heard).toMatchObject({ code: 4, message: 'handshake unauthorized', context: { message: 'not you' } });
  });

  it.each(['0', '2', '10'])('because no server speaks revision %s', async (revision) => {
    const { url } = await startServer();
    for (const path of [revision, `${revision}/`, `${revision}/websocket/x`, `${revision}/?jsonp=0`]) {
      const answer = await fetchAnswer(`${url}/socket.io/${path}`);
      expect(answer).toMatchObject({ status: 500, body: 'Protocol version not supported.' });
    }
  });

  it('when it is not a GET', async () => {
    const { url } = await startServer();
    expect((await fetchAnswer(`${url}/socket.io/1/`, { method: 'POST', body: 'x' })).status).toBe(400);
    expect((await refusedUpgrade(`${url}/socket.io/1/`)).status).toBe(400);
  });

  it.each(['a:b', 'a/b', ''])('when the application makes up the session id %j', async (id) => {
    const { io, url } = await startServer();
    io.engine.generateId = () => id;
    expect(await fetchAnswer(`${url}/socket.io/1/`)).toMatchObject({ status: 500, body: 'handshake error' });
  });

  it('when the session id is taken', async () => {
    const { io, url } = await startServer();
    io.engine.generateId = async () => 'same';
    expect((await fetchAnswer(`${url}/socket.io/1/`)).status).toBe(200);
    expect(await fetchAnswer(`${url}/socket.io/1/`)).toMatchObject({ status: 500, body: 'handshake error' });
  });
});

describe('a path that is neither a handshake nor a session', () => {
  it.each(['1/websocket', '1/websocket/', '1/xhr-polling/sid/more', '1/a/b/c/d'])('is refused: %s', async (path) => {
    const { url } = await startServer();
    expect(await fetchAnswer(`${url}/socket.io/${path}`)).toMatchObject({ status: 400, body: 'Bad request' });
  });

  it.each(['1x', 'one/', '1.0/', 'static/x'])('belongs to others: %s', async (path) => {
    const { url } = await startServer();
    expect((await fetchAnswer(`${url}/socket.io/${path}`)).status).toBe(404);
  });
});
