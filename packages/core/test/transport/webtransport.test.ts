import { once } from 'node:events';
import type { DisconnectDetails, ServerOptions, Socket } from '@sio/core';
import { failOnStrayErrors, fetchAnswer, joinWebTransport, startServer, startWebTransport } from '@sio/test-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { StuckSession } from './support/stuck-session.js';

failOnStrayErrors();

afterEach(() => {
  vi.useRealTimers();
});

const CHUNK = 'x'.repeat(100_000);

/** How a socket ends. */
function endOf(socket: Socket): Promise<[string, unknown, DisconnectDetails]> {
  return new Promise((resolve) => socket.once('disconnect', (...args) => resolve(args as never)));
}

/** Lets turns of the event loop pass until it is so. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** The head of a frame of that many bytes. */
function head(length: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = 0x7f;
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

describe('a WebTransport session', () => {
  it('is ended by the first bytes of a message that would be too long', async () => {
    const venue = await startWebTransport({ maxHttpBufferSize: 100_000 });
    const { peer, socket } = await joinWebTransport(venue);
    const end = endOf(socket);
    await peer.writer.write(head(200_000));
    const [reason, , details] = await end;
    expect([reason, details.code, details.by]).toEqual(['transport error', 'message_too_large', 'client']);
    expect(details.hint).toContain('maxHttpBufferSize');
    await peer.over();
  });

  it('delivers a message of the largest size in any number of pieces', async () => {
    const venue = await startWebTransport({ maxHttpBufferSize: 100_000 });
    const { peer, socket } = await joinWebTransport(venue);
    const heard = once(socket as never, 'say');
    const text = `42["say","${'x'.repeat(100_000 - 12)}"]`;
    expect(text).toHaveLength(100_000);
    const bytes = Buffer.concat([head(text.length), Buffer.from(text)]);
    for (let at = 0; at < bytes.length; at += 1000) await peer.writer.write(bytes.subarray(at, at + 1000));
    expect((await heard)[0]).toHaveLength(100_000 - 12);
  });

  it('sends heartbeats, and stays open while its client answers', async () => {
    const venue = await startWebTransport({ pingInterval: 20, pingTimeout: 10_000 });
    const { peer, socket } = await joinWebTransport(venue);
    for (let beats = 0; beats < 3; beats++) {
      expect(await peer.next()).toBe('2');
      const heard = once(socket.conn as never, 'heartbeat');
      await peer.say('3');
      await heard;
    }
  });

  it('is ended if its client does not answer', async () => {
    const venue = await startWebTransport({ pingInterval: 1000, pingTimeout: 1000 });
    const { peer, socket } = await joinWebTransport(venue);
    const [reason, , details] = await endOf(socket);
    expect([reason, details.code]).toEqual(['ping timeout', 'ping_timeout']);
    await peer.over();
    expect(venue.io.engine.clients.size).toBe(0);
  });

  it('whose client does not read is ended at maxBufferedBytes, and its output is freed', async () => {
    const venue = await startWebTransport({ maxBufferedBytes: 1_000_000 });
    const { peer, socket } = await joinWebTransport(venue);
    const end = endOf(socket);
    while (socket.connected) {
      socket.emit('fill', CHUNK);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [reason, , details] = await end;
    expect([reason, details.code]).toEqual(['slow consumer', 'slow_consumer']);
    expect(details.bufferedBytes).toBeGreaterThan(1_000_000);
    expect([socket.bufferedBytes, socket.conn.transport.bufferedBytes]).toEqual([0, 0]);
    await peer.over();
  });

  it('whose client does not read drops the oldest events with drop-oldest, and sends the others in order', async () => {
    const venue = await startWebTransport({ maxBufferedBytes: 1_000_000, slowConsumers: 'drop-oldest' });
    const { peer, socket } = await joinWebTransport(venue);
    const { flow } = venue.io.engine;
    let last = 0;
    while (flow.dropped < 20) {
      socket.emit('news', ++last, CHUNK);
      expect(socket.bufferedBytes).toBeLessThanOrEqual(1_000_000 + 2 * CHUNK.length);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const heard: number[] = [];
    while (heard.at(-1) !== last) heard.push(Number(/"news",(\d+)/.exec((await peer.next())!)![1]));
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(heard).toHaveLength(last - flow.dropped);
    await socket.drained();
    expect(socket.bufferedBytes).toBe(0);
  });

  it('that its client ends is reported as the client’s end', async () => {
    const venue = await startWebTransport();
    const { peer, socket } = await joinWebTransport(venue);
    const end = endOf(socket);
    peer.session.close();
    const [reason, , details] = await end;
    expect([reason, details.code, details.by]).toEqual(['transport close', 'closed_by_client', 'client']);
    expect(venue.io.engine.clients.size).toBe(0);
  });

  it.each(['to the server', 'to the client'] as const)('whose stream %s breaks is ended', async (way) => {
    const venue = await startWebTransport();
    const { peer, socket } = await joinWebTransport(venue);
    const end = endOf(socket);
    if (way === 'to the server') await peer.writer.abort(new Error('enough'));
    else {
      await peer.reader.cancel(new Error('enough'));
      while (socket.connected) {
        socket.emit('fill', CHUNK);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    expect((await end)[0]).toMatch(/^transport (close|error)$/);
    await peer.over();
    expect(venue.io.engine.clients.size).toBe(0);
  });

  it('is drained: waiting output is sent first, and no new session is accepted', async () => {
    const venue = await startWebTransport();
    const { peer, socket } = await joinWebTransport(venue);
    const end = endOf(socket);
    socket.emit('last');
    const drained = venue.io.drain({ deadline: 10_000, jitter: 0 });
    expect(await peer.next()).toBe('42["last"]');
    expect(await peer.next()).toBeUndefined();
    const [reason, , details] = await end;
    expect([reason, details.code]).toEqual(['server shutting down', 'server_shutting_down']);
    expect(await drained).toEqual({ closed: 1, cut: 0 });
    await (await venue.open()).over();
  });

  it('takes over from polling, with the waiting packets', async () => {
    const venue = await startWebTransport();
    const arrival = new Promise<Socket>((resolve) => venue.io.once('connection', resolve));
    const polling = `${venue.url}/socket.io/?EIO=4&transport=polling`;
    const { sid, upgrades } = JSON.parse((await fetchAnswer(polling)).body.slice(1));
    expect(upgrades).toContain('webtransport');
    await fetchAnswer(`${polling}&sid=${sid}`, { method: 'POST', body: '40' });
    const socket = await arrival;
    await fetchAnswer(`${polling}&sid=${sid}`);
    const peer = await venue.open(`0${JSON.stringify({ sid })}`);
    await peer.say('2probe');
    expect(await peer.next()).toBe('3probe');
    socket.emit('news', 1);
    const upgraded = once(socket.conn as never, 'upgrade');
    await peer.say('5');
    await upgraded;
    expect(socket.conn.transport.name).toBe('webtransport');
    expect(await peer.next()).toBe('42["news",1]');
    const heard = once(socket as never, 'say');
    await peer.say('42["say",2]');
    expect(await heard).toEqual([2]);
  });
});

describe('a WebTransport session whose client reads nothing', () => {
  async function stuck(options: ServerOptions = {}) {
    const server = await startServer({ transports: ['polling', 'webtransport'], ...options });
    const { session, socket } = await StuckSession.join(server.io);
    socket.emit('fill', CHUNK);
    await new Promise((resolve) => setImmediate(resolve));
    expect(socket.bufferedBytes).toBeGreaterThan(CHUNK.length);
    return { ...server, session, socket };
  }

  async function isLetGo({ io, session, socket }: Awaited<ReturnType<typeof stuck>>): Promise<void> {
    await session.closed;
    await until(() => io.engine.clients.size === 0);
    expect(socket.conn.transport.bufferedBytes).toBe(0);
  }

  it('is closed, and released within 30 seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const play = await stuck();
    play.socket.conn.close(true);
    expect(play.io.engine.clientsCount).toBe(0);
    let seconds = 0;
    for (; !play.session.over; seconds++) {
      vi.advanceTimersByTime(1000);
      for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect([29, 30, 31]).toContain(seconds);
    await isLetGo(play);
  });

  it('is released when its heartbeat is due', async () => {
    const play = await stuck({ pingInterval: 100, pingTimeout: 100 });
    expect((await endOf(play.socket))[0]).toBe('ping timeout');
    await isLetGo(play);
  });

  it('is released when more than maxBufferedBytes wait', async () => {
    const play = await stuck({ maxBufferedBytes: 150_000 });
    const end = endOf(play.socket);
    play.socket.emit('fill', CHUNK);
    expect((await end)[0]).toBe('slow consumer');
    await isLetGo(play);
  });

  it('is cut off at the deadline of a drain', async () => {
    const play = await stuck();
    const end = endOf(play.socket);
    const drained = play.io.drain({ deadline: 100, jitter: 0 });
    expect((await end)[0]).toBe('server shutting down');
    await drained;
    await isLetGo(play);
  });

  it('is released when the server closes', async () => {
    const play = await stuck();
    void play.io.close();
    await isLetGo(play);
  });
});
