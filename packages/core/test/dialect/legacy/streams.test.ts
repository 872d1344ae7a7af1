import { request } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { fetchAnswer, heard, LegacySession, RawTcpClient, startServer, startWithSocket } from '@sio/test-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.useRealTimers();
});

const MARK = '\ufffd';
const frame = (packet: string) => `${MARK}${packet.length}${MARK}${packet}`;
/** A chunk of HTTP/1.1, as bytes in Latin-1. */
const chunk = (text: string) => {
  const bytes = Buffer.from(text);
  return `${bytes.length.toString(16)}\r\n${bytes.toString('latin1')}\r\n`;
};

const HTMLFILE = {
  name: 'htmlfile',
  type: 'text/html; charset=UTF-8',
  head: `<html><body><script>var _ = function (msg) { parent.s._(msg, document); };</script>${' '.repeat(173)}`,
  part: (payload: string) => `<script>_(${JSON.stringify(payload).replaceAll('/', '\\/')});</script>`,
};
const MULTIPART = {
  name: 'xhr-multipart',
  type: 'multipart/x-mixed-replace;boundary="socketio"',
  head: '--socketio\r\n',
  part: (payload: string) => `Content-Type: text/plain; charset=UTF-8\r\n\r\n${payload}\r\n--socketio\r\n`,
};

describe.each([HTMLFILE, MULTIPART])('$name', ({ name, type, head, part }) => {
  it('streams each tick as one chunk, byte by byte as clients expect it', async () => {
    const { url, port, socket } = await startWithSocket();
    const { sid } = await LegacySession.shake(url);
    const client = new RawTcpClient(port).send(`GET /socket.io/1/${name}/${sid}?t=1 HTTP/1.1`, 'Host: localhost');
    const one = await socket;
    await client.until(chunk(part('1::')));
    one.send('é€😀\u{10fffd}');
    await client.until(chunk(part('3:::é€😀\u{10fffd}')));
    one.send('a/b');
    one.emit('two', '😀');
    const two = part(frame('3:::a/b') + frame('5:::{"name":"two","args":["😀"]}'));
    const text = await client.until(chunk(two));
    const [header = '', body = ''] = text.replace(/^Date: .*\r\n/m, '').split(/\r\n\r\n(.*)/s);
    expect(header.split('\r\n')).toEqual([
      'HTTP/1.1 200 OK',
      `Content-Type: ${type}`,
      'Cache-Control: no-store',
      'X-Accel-Buffering: no',
      'Connection: keep-alive',
      'Keep-Alive: timeout=5',
      'Transfer-Encoding: chunked',
    ]);
    expect(body).toBe([head, part('1::'), part('3:::é€😀\u{10fffd}'), two].map(chunk).join(''));
  });

  it('delivers what was sent before it opened', async () => {
    const { url, socket } = await startWithSocket();
    const session = await LegacySession.shake(url);
    await session.post('8::');
    (await socket).emit('early');
    const stream = await session.stream(name);
    await stream.until(part(frame('1::') + frame('5:::{"name":"early"}')));
  });

  it('receives POSTs beside the stream', async () => {
    const { io, url } = await startServer();
    const told = heard(io, 'last');
    const session = await LegacySession.shake(url);
    const stream = await session.stream(name);
    await stream.until(part('1::'));
    const answer = await session.post(frame('3:1::😀') + frame('5:::{"name":"last","args":["𠀀"]}'), name);
    expect(answer).toMatchObject({ status: 200, body: '1' });
    expect(await told).toEqual(['𠀀']);
    await stream.until(part('6:::1'));
  });

  it('joins characters that arrive in pieces', async () => {
    const { io, url } = await startServer();
    const told = heard(io, 'say');
    const session = await LegacySession.shake(url);
    const stream = await session.stream(name);
    await stream.until(part('1::'));
    const post = request(session.url(name), { method: 'POST', agent: false });
    // One chunk, and so one event of the request, for each byte.
    for (const byte of Buffer.from('5:::{"name":"say","args":["é€😀\u{10fffd}"]}')) post.write(Buffer.of(byte));
    post.end();
    expect(await told).toEqual(['é€😀\u{10fffd}']);
  });

  it('carries heartbeats, and ends if one is not answered', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { url, socket } = await startWithSocket();
    const session = await LegacySession.shake(url);
    const stream = await session.stream(name);
    await stream.until(part('1::'));
    const beats = new Promise((resolve) => socket.then((one) => one.conn.once('heartbeat', resolve)));
    vi.advanceTimersByTime(25_000);
    await stream.until(part('2::'));
    await session.post('2::', name);
    await beats;
    vi.advanceTimersByTime(25_000);
    await stream.until(part('2::') + part('2::'));
    const left = new Promise((resolve) => socket.then((one) => one.on('disconnect', resolve)));
    vi.advanceTimersByTime(20_000);
    expect(await left).toBe('ping timeout');
    await stream.ended();
  });

  it('ends the session with the connection', async () => {
    const { io, url, socket } = await startWithSocket();
    const session = await LegacySession.shake(url);
    const stream = await session.stream(name);
    await stream.until(part('1::'));
    const left = new Promise((resolve) => socket.then((one) => one.on('disconnect', resolve)));
    stream.abort();
    expect(await left).toBe('transport close');
    expect(io.engine.clientsCount).toBe(0);
  });

  it('ends when the server disconnects its client', async () => {
    const { url, socket } = await startWithSocket();
    const session = await LegacySession.shake(url);
    const stream = await session.stream(name);
    (await socket).emit('last');
    (await socket).disconnect();
    expect(await stream.ended()).toBe(head + part('1::') + part(frame('5:::{"name":"last"}') + frame('0::')));
  });

  it('tells a client of a closed session that it is over', async () => {
    const { url } = await startServer();
    const { status, headers, body } = await fetchAnswer(`${url}/socket.io/1/${name}/unknown`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(type);
    expect(body).toBe(head + part('7:::1+0'));
  });

  it('drops volatile packets while the client does not read', async () => {
    const { url, socket } = await startWithSocket();
    const session = await LegacySession.shake(url);
    const stream = await session.stream(name);
    await stream.until(part('1::'));
    const one = await socket;
    stream.pause();
    for (let filled = 0; one.conn.writable; filled++) {
      one.emit('fill', 'x'.repeat(100_000));
      await turn();
      if (filled > 1000) throw new Error('the socket never fills');
    }
    one.volatile.emit('lost');
    one.emit('kept');
    stream.resume();
    expect(await stream.includes('kept')).not.toContain('lost');
  });
});

describe('htmlfile', () => {
  it('is padded to the 256 bytes that Internet Explorer waits for', () => {
    expect(HTMLFILE.head).toHaveLength(256);
  });

  it('writes script that delivers any text to a client which unescapes slashes', async () => {
    const { url, socket } = await startWithSocket();
    const session = await LegacySession.shake(url);
    const stream = await session.stream('htmlfile');
    await stream.until('<script>_("1::");</script>');
    const texts = ['</script><!-- a/b', '\u2028\u2029"\\\n', 'C:\\/dir\\\\/', '😀'];
    for (const text of texts) {
      const before = stream.text.length;
      (await socket).emit('say', text);
      await stream.until('</script>', before);
      const [script = ''] = /(?<=<script>).*(?=<\/script>)/s.exec(stream.text.slice(before)) ?? [];
      expect(script).not.toMatch(/<\/|<!|[\u2028\u2029]/);
      expect(delivered(script)).toBe(text);
    }
  });
});

/** Payloads that the original client reads from a chunk. */
function delivered(script: string): unknown {
  let payload = '';
  new Function('_', script)((text: string) => {
    payload = text.replace(/\\\//g, '/');
  });
  return JSON.parse(payload.slice('5:::'.length)).args[0];
}
