import { request } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { Socket } from '@sio/core';
import { bytesOf, fetchAnswer, heard, LegacySession, legacyPolling, startServer, startWithSocket } from '@sio/test-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.useRealTimers();
});

const MARK = '\ufffd';
const frame = (packet: string) => `${MARK}${packet.length}${MARK}${packet}`;
const latin1 = (text: string) => Buffer.from(text).toString('latin1');

describe('xhr-polling', () => {
  it('answers the first poll with a connect and nothing else', async () => {
    const { url, port } = await startServer();
    const { sid } = await LegacySession.shake(url);
    const get = `GET /socket.io/1/xhr-polling/${sid}?t=2 HTTP/1.1`;
    expect(await bytesOf(port, get, 'Host: localhost', 'Connection: close')).toBe(
      [
        'HTTP/1.1 200 OK',
        'Content-Type: text/plain; charset=UTF-8',
        'cache-control: no-store',
        'Content-Length: 3',
        'Connection: close',
        '',
        '1::',
      ].join('\r\n'),
    );
  });

  it('answers a POST with 1', async () => {
    const { url, port } = await startServer();
    const { sid } = await legacyPolling(url);
    const post = [`POST /socket.io/1/xhr-polling/${sid} HTTP/1.1`, 'Host: localhost', 'Connection: close'];
    // XDomainRequest names no content type.
    expect(await bytesOf(port, ...post, 'Content-Length: 3', '', '2::')).toBe(
      [
        'HTTP/1.1 200 OK',
        'Content-Type: text/plain; charset=UTF-8',
        'Content-Length: 1',
        'Connection: close',
        '',
        '1',
      ].join('\r\n'),
    );
  });

  it('answers a lone packet as it is, several in frames whose lengths are UTF-16 units', async () => {
    const { url, port, socket } = await startWithSocket();
    const session = await legacyPolling(url);
    (await socket).emit('é😀');
    expect(await session.read()).toBe('5:::{"name":"é😀"}');
    (await socket).send('hé😀');
    (await socket).emit('x', '\ufffd3\ufffd');
    const get = `GET /socket.io/1/xhr-polling/${session.sid} HTTP/1.1`;
    const text = await bytesOf(port, get, 'Host: localhost', 'Connection: close');
    const body = `${frame('3:::hé😀')}${frame(`5:::{"name":"x","args":["\ufffd3\ufffd"]}`)}`;
    expect(body).toContain('\ufffd8\ufffd3:::hé😀');
    expect(text).toContain(`Content-Length: ${Buffer.byteLength(body)}\r\n`);
    expect(text.endsWith(`\r\n\r\n${latin1(body)}`)).toBe(true);
  });

  it('reads frames whose lengths are UTF-16 units', async () => {
    const { io, url } = await startServer();
    const told = heard(io, 'last');
    const texts: unknown[] = [];
    io.on('connection', (socket) => socket.on('message', (text) => texts.push(text)));
    const session = await legacyPolling(url);
    await session.post(['3:::hé😀', '4:::"\ufffd"', '3:::𠀀:\n', '5:::{"name":"last"}'].map(frame).join(''));
    await told;
    expect(texts).toEqual(['hé😀', '\ufffd', '𠀀:\n']);
  });

  it('joins characters that arrive in pieces', async () => {
    const { io, url } = await startServer();
    const told = heard(io, 'say');
    const session = await legacyPolling(url);
    const body = Buffer.from(`${frame('8::')}${frame('5:::{"name":"say","args":["é€😀\u{10fffd}"]}')}`);
    const post = request(session.url('xhr-polling'), { method: 'POST', agent: false });
    // One chunk, and so one event of the request, for each byte.
    for (const byte of body) post.write(Buffer.of(byte));
    post.end();
    expect(await told).toEqual(['é€😀\u{10fffd}']);
  });

  it.each([
    ['no payload', ''],
    ['half a frame', `${MARK}9${MARK}5:::`],
    ['no length', `${MARK}${MARK}3:::a`],
    ['an invalid length', `${MARK}1e3${MARK}3:::a`],
    ['an unknown type', '9:::x'],
    ['no packet', 'hello'],
    ['broken JSON', '5:::{"name":'],
  ])('ignores %s', async (_, body) => {
    const { io, url } = await startServer();
    const told = heard(io, 'after');
    const session = await legacyPolling(url);
    expect(await session.post(body)).toMatchObject({ status: 200, body: '1' });
    await session.post('5:::{"name":"after"}');
    await told;
  });

  it('accepts the packets before a fault', async () => {
    const { io, url } = await startServer();
    const told = heard(io, 'before');
    const session = await legacyPolling(url);
    await session.post(`${frame('5:::{"name":"before"}')}${MARK}99${MARK}3:::x`);
    await told;
  });

  it('accepts a POST that overtakes the first poll', async () => {
    const { io, url } = await startServer();
    const told = heard(io, 'hasty');
    const session = await LegacySession.shake(url);
    expect((await session.post('5:::{"name":"hasty"}')).body).toBe('1');
    await told;
    expect(await session.read()).toBe('1::');
  });

  it('answers a poll without news after 20 s with a noop', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { url, socket } = await startWithSocket();
    const session = await legacyPolling(url);
    const poll = session.poll();
    await pollHeld(await socket);
    vi.advanceTimersByTime(19_999);
    await turn();
    expect(poll.settled).toBe(false);
    vi.advanceTimersByTime(1);
    expect((await poll.answer()).body).toBe('8::');
  });

  it('answers a poll without news after legacyPollingDuration', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { url, socket } = await startWithSocket({ legacyPollingDuration: 5000 });
    const session = await legacyPolling(url);
    const poll = session.poll();
    await pollHeld(await socket);
    vi.advanceTimersByTime(5000);
    expect((await poll.answer()).body).toBe('8::');
  });

  it('ends a session whose client stays away for 60 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { io, url, socket } = await startWithSocket();
    const session = await legacyPolling(url);
    const left = new Promise((resolve) => socket.then((one) => one.on('disconnect', resolve)));
    await socket;
    vi.advanceTimersByTime(59_999);
    await turn();
    expect(io.engine.clientsCount).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await left).toBe('ping timeout');
    expect(await session.read()).toBe('7:::1+0');
  });

  it('keeps a session as long as its client comes back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { io, url, socket } = await startWithSocket();
    const session = await legacyPolling(url);
    for (let round = 0; round < 4; round++) {
      vi.advanceTimersByTime(40_000);
      await turn();
      (await socket).emit('round', round);
      expect(await session.read()).toBe(`5:::{"name":"round","args":[${round}]}`);
    }
    expect(io.engine.clientsCount).toBe(1);
  });

  it('keeps packets between two polls, except volatile ones', async () => {
    const { url, socket } = await startWithSocket();
    const session = await legacyPolling(url);
    const one = await socket;
    one.emit('kept', 1);
    one.volatile.emit('lost');
    await turn();
    one.emit('kept', 2);
    expect(await session.read()).toBe(
      frame('5:::{"name":"kept","args":[1]}') + frame('5:::{"name":"kept","args":[2]}'),
    );
  });

  it('delivers volatile packets to a waiting poll', async () => {
    const { io, url, socket } = await startWithSocket();
    const session = await legacyPolling(url);
    const poll = session.poll();
    await pollHeld(await socket);
    io.volatile.emit('now');
    expect((await poll.answer()).body).toBe('5:::{"name":"now"}');
  });

  it('replaces the waiting poll by a second one', async () => {
    const { url, socket } = await startWithSocket();
    const session = await legacyPolling(url);
    const first = session.poll();
    await pollHeld(await socket);
    const second = session.poll();
    expect((await first.answer()).body).toBe('8::');
    (await socket).emit('hi');
    expect((await second.answer()).body).toBe('5:::{"name":"hi"}');
  });

  it('ends the session when its poll breaks off', async () => {
    const { url, socket } = await startWithSocket();
    const session = await legacyPolling(url);
    const left = new Promise((resolve) => socket.then((one) => one.on('disconnect', resolve)));
    const poll = session.poll();
    poll.answer().catch(() => {});
    await pollHeld(await socket);
    poll.abort();
    expect(await left).toBe('transport close');
  });

  it('tells a client of a closed session that it is over', async () => {
    const { url } = await startServer();
    const session = new LegacySession(`${url}/socket.io/1`, 'nobody', '');
    expect(await session.poll().answer()).toMatchObject({ status: 200, body: '7:::1+0' });
    expect(await session.post('3:::x')).toMatchObject({ status: 200, body: '1' });
  });

  it('refuses a body that is too large, and the session with it', async () => {
    const { url, socket } = await startWithSocket({ maxHttpBufferSize: 1000 });
    const session = await legacyPolling(url);
    const left = new Promise((resolve) => socket.then((one) => one.on('disconnect', resolve)));
    expect((await session.post(`3:::${'x'.repeat(1000)}`)).status).toBe(413);
    expect(await left).toBe('transport error');
    expect(await session.read()).toBe('7:::1+0');
  });

  it.each(['PUT', 'DELETE', 'HEAD'])('knows no %s', async (method) => {
    const { url } = await startServer();
    const session = await legacyPolling(url);
    expect((await fetchAnswer(session.url('xhr-polling'), { method })).status).toBe(400);
    expect((await session.post('2::')).status).toBe(200);
  });

  it('advises the client to reconnect when the server stops', async () => {
    const { io, url, socket } = await startWithSocket();
    const session = await legacyPolling(url);
    const poll = session.poll();
    await pollHeld(await socket);
    void io.close();
    expect((await poll.answer()).body).toBe('7:::+0');
  });
});

describe('jsonp-polling', () => {
  it('answers with a call of the callback with the payload as a string', async () => {
    const { url, port } = await startServer();
    const { sid } = await LegacySession.shake(url);
    const get = `GET /socket.io/1/jsonp-polling/${sid}?t=2&i=0 HTTP/1.1`;
    expect(await bytesOf(port, get, 'Host: localhost', 'Connection: close')).toBe(
      [
        'HTTP/1.1 200 OK',
        'Content-Type: text/javascript; charset=UTF-8',
        'cache-control: no-store',
        'X-XSS-Protection: 0',
        'X-Content-Type-Options: nosniff',
        'Content-Length: 15',
        'Connection: close',
        '',
        'io.j[0]("1::");',
      ].join('\r\n'),
    );
  });

  it('writes text so that every script engine reads it, and no page ends early', async () => {
    const { url, socket } = await startWithSocket();
    const session = await jsonp(url);
    const text = '\u2028\u2029</script><!--"\\\n😀';
    (await socket).send(text);
    const answer = await session.poll('jsonp-polling', {}, '&i=12').answer();
    expect(answer.body).toBe('io.j[12]("3:::\\u2028\\u2029<\\/script>\\u003c!--\\"\\\\\\n😀");');
    expect(evaluate(answer.body)).toEqual([12, `3:::${text}`]);
  });

  it.each(['x', '0]);alert(1);([', '-1', ''])('calls back number 0 when the index is %j', async (index) => {
    const { url } = await startServer();
    const session = await LegacySession.shake(url);
    const poll = session.poll('jsonp-polling', {}, `&i=${encodeURIComponent(index)}`);
    expect((await poll.answer()).body).toBe('io.j[0]("1::");');
  });

  it('reads payloads out of forms', async () => {
    const { io, url } = await startServer();
    const told = heard(io, 'last');
    const texts: unknown[] = [];
    io.on('connection', (socket) => socket.on('message', (text) => texts.push(text)));
    const session = await jsonp(url);
    const said = ['é€😀', '"quoted" \\ and \n', '100% + & = ;', '\u2028</textarea>'];
    const answer = await session.postForm(
      [...said.map((text) => `3:::${text}`), '5:::{"name":"last"}'].map(frame).join(''),
    );
    expect(answer).toMatchObject({ status: 200, body: '1' });
    await told;
    expect(texts).toEqual(said);
  });

  it.each(['d=', 'd=5', 'd=%22unfinished', 'd=%7B%7D', 'e=%223%3A%3A%3Ax%22', ''])(
    'refuses the form %j',
    async (body) => {
      const { io, url } = await startServer();
      const told = heard(io, 'after');
      const session = await jsonp(url);
      const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
      expect((await session.post(body, 'jsonp-polling', form)).status).toBe(400);
      await session.postForm('5:::{"name":"after"}');
      await told;
    },
  );

  it('tells a client of a closed session that it is over', async () => {
    const { url } = await startServer();
    const session = new LegacySession(`${url}/socket.io/1`, 'nobody', '');
    const { body } = await session.poll('jsonp-polling', {}, '&i=4').answer();
    expect(body).toBe('io.j[4]("7:::1+0");');
  });
});

async function jsonp(url: string): Promise<LegacySession> {
  const session = await LegacySession.shake(url);
  await session.poll('jsonp-polling', {}, '&i=0').answer();
  return session;
}

/** Payloads that a page's callbacks would get. */
function evaluate(script: string): [number, string] {
  const called: [number, string][] = [];
  const j = new Proxy({}, { get: (_, index) => (text: string) => called.push([Number(index), text]) });
  new Function('io', script)({ j });
  return called[0] as [number, string];
}

/** The server has taken the poll that was just sent. */
async function pollHeld({ conn }: Socket): Promise<void> {
  while (!conn.transport.writable) await turn();
}
