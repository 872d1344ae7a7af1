import { setImmediate as turn } from 'node:timers/promises';
import {
  heard,
  LegacySession,
  legacyPolling,
  legacyWebSocket,
  RawTcpClient,
  RawWebSocket,
  refusedUpgrade,
  startServer,
  startWithSocket,
  upgradeLines,
} from '@sio/test-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.useRealTimers();
});

const MARK = '\ufffd';
const frame = (packet: string) => `${MARK}${packet.length}${MARK}${packet}`;
/** A text frame of RFC 6455 as the server sends it, in Latin-1. */
const textFrame = (text: string) => {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(0x81, bytes.length), bytes]).toString('latin1');
};

describe.each(['websocket', 'flashsocket'])('%s', (transport) => {
  it('opens with a connect, and carries one packet in each frame', async () => {
    const { url, port, socket } = await startWithSocket();
    const { sid } = await LegacySession.shake(url);
    const client = new RawTcpClient(port).send(...upgradeLines(`/socket.io/1/${transport}/${sid}`));
    await client.until(textFrame('1::'));
    (await socket).send('é😀');
    (await socket).emit('two', '\u{10fffd}');
    const last = textFrame('5:::{"name":"two","args":["\u{10fffd}"]}');
    const [head = '', frames = ''] = (await client.until(last)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(frames).toBe(textFrame('1::') + textFrame('3:::é😀') + last);
    expect((await socket).conn.transport.name).toBe(transport);
  });

  it('joins characters that arrive in pieces', async () => {
    const { io, url } = await startServer();
    const told = heard(io, 'say');
    const session = await LegacySession.shake(url);
    const { ws } = await session.socket(transport);
    const packet = Buffer.from('5:::{"name":"say","args":["é€😀\u{10fffd}"]}');
    // A frame for each byte.
    for (const [at, byte] of packet.entries()) {
      ws.send(Buffer.of(byte), { binary: false, fin: at === packet.length - 1 });
    }
    expect(await told).toEqual(['é€😀\u{10fffd}']);
  });

  it('accepts framed payloads too, as the original client does', async () => {
    const { io, url } = await startServer();
    const told = heard(io, 'last');
    const session = await LegacySession.shake(url);
    const ws = await session.socket(transport);
    ws.send(frame('3:::😀') + frame('5:::{"name":"last","args":["é"]}'));
    expect(await told).toEqual(['é']);
  });

  it('ignores binary frames and what is not a packet', async () => {
    const { io, url } = await startServer();
    const told = heard(io, 'after');
    const session = await LegacySession.shake(url);
    const ws = await session.socket(transport);
    ws.send(Buffer.from('3:::x'), '', 'x', '5', '5:::', '5:::null', '9::', '6:::', `5:::${'['.repeat(5000)}`);
    ws.send('5:::{"name":"after"}');
    await told;
  });

  it('tells a client of a closed session that it is over, and closes', async () => {
    const { url } = await startServer();
    const ws = await RawWebSocket.open(`${url}/socket.io/1/${transport}/unknown`);
    expect(await ws.next()).toBe('7:::1+0');
    await ws.closed();
  });

  it('needs an upgrade', async () => {
    const { url } = await startServer();
    const session = await LegacySession.shake(url);
    expect(await session.poll(transport).answer()).toMatchObject({ status: 400, body: 'Transport unknown' });
    expect((await session.post('3:::x', transport)).status).toBe(400);
  });

  it('asks whether the client is there, and ends the session if not', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { url, socket } = await startWithSocket();
    const session = await LegacySession.shake(url);
    const ws = await session.socket(transport);
    expect(await ws.next()).toBe('1::');
    const one = await socket;
    const beat = new Promise((resolve) => one.conn.once('heartbeat', resolve));
    vi.advanceTimersByTime(24_999);
    await turn();
    one.emit('still');
    expect(await ws.next()).toBe('5:::{"name":"still"}');
    vi.advanceTimersByTime(1);
    expect(await ws.next()).toBe('2::');
    ws.send('2::');
    await beat;
    vi.advanceTimersByTime(25_000);
    expect(await ws.next()).toBe('2::');
    const left = new Promise((resolve) => one.on('disconnect', resolve));
    vi.advanceTimersByTime(20_000);
    expect(await left).toBe('ping timeout');
    await ws.closed();
  });

  it('treats any packet as a sign of life', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { io, url, socket } = await startWithSocket();
    const session = await LegacySession.shake(url);
    const ws = await session.socket(transport);
    await ws.next();
    const one = await socket;
    for (let round = 0; round < 3; round++) {
      vi.advanceTimersByTime(25_000);
      expect(await ws.next()).toBe('2::');
      const said = new Promise((resolve) => one.once('say', resolve));
      ws.send('5:::{"name":"say"}');
      await said;
    }
    expect(io.engine.clientsCount).toBe(1);
  });
});

describe('a transport that is switched off', () => {
  it('is refused on its path', async () => {
    const { url } = await startServer({ legacyTransports: ['xhr-polling'] });
    const session = await legacyPolling(url);
    expect((await refusedUpgrade(session.url('websocket'))).status).toBe(400);
    for (const name of ['htmlfile', 'jsonp-polling', 'xhr-multipart', '__proto__']) {
      expect(await session.poll(name).answer()).toMatchObject({ status: 400, body: 'Transport unknown' });
    }
    expect((await session.post('2::')).status).toBe(200);
  });

  it('is refused if the whole server has no transport of its kind', async () => {
    const { url } = await startServer({ transports: ['polling'] });
    const session = await legacyPolling(url);
    expect((await refusedUpgrade(session.url('websocket'))).status).toBe(400);
  });

  it('is not opened by an upgrade to a polling path', async () => {
    const { url } = await startServer();
    const session = await legacyPolling(url);
    expect((await refusedUpgrade(session.url('xhr-polling'))).status).toBe(400);
  });
});

describe('a client that changes its transport', () => {
  it('goes from legacyPolling to a WebSocket with the waiting packets', async () => {
    const { url, socket } = await startWithSocket();
    const session = await legacyPolling(url);
    const one = await socket;
    one.emit('waiting', 1);
    one.emit('waiting', 2);
    const ws = await session.socket();
    expect(await ws.frames.take(2)).toEqual(['5:::{"name":"waiting","args":[1]}', '5:::{"name":"waiting","args":[2]}']);
  });

  it('ends the waiting poll', async () => {
    const { url, socket } = await startWithSocket();
    const session = await legacyPolling(url);
    const poll = session.poll();
    while (!(await socket).conn.transport.writable) await turn();
    const ws = await session.socket();
    expect((await poll.answer()).body).toBe('8::');
    (await socket).emit('here');
    expect(await ws.next()).toBe('5:::{"name":"here"}');
  });

  it('closes the WebSocket that is replaced by another', async () => {
    const { url, socket } = await startWithSocket();
    const { session, ws } = await legacyWebSocket(url);
    ws.send('2::');
    const told = new Promise((resolve) => socket.then((one) => one.on('say', resolve)));
    ws.send('5:::{"name":"say"}');
    await told;
    const next = await session.socket();
    await ws.closed();
    (await socket).emit('here');
    expect(await next.next()).toBe('5:::{"name":"here"}');
  });

  it.each(['xhr-polling', 'jsonp-polling', 'htmlfile', 'websocket'])(
    'greets it again on %s if nothing got through before',
    async (fallback) => {
      const { url, socket } = await startWithSocket();
      const { session, ws } = await legacyWebSocket(url);
      (await socket).emit('unheard');
      await ws.next();
      if (fallback === 'websocket') expect(await (await session.socket()).next()).toBe('1::');
      else if (fallback === 'htmlfile') await (await session.stream(fallback)).until('_("1::");</script>');
      else expect((await session.poll(fallback).answer()).body).toContain('1::');
      await ws.closed();
      expect((await socket).connected).toBe(true);
    },
  );

  it('goes from one way of legacyPolling to another', async () => {
    const { url, socket } = await startWithSocket();
    const session = await legacyPolling(url);
    (await socket).emit('hi');
    const answer = await session.poll('jsonp-polling', {}, '&i=1').answer();
    expect(answer.body).toBe('io.j[1]("5:::{\\"name\\":\\"hi\\"}");');
    expect((await socket).conn.transport.name).toBe('jsonp-polling');
  });
});
