import { failOnStrayErrors, RawWebSocket, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

// The cases of the official suite of Socket.IO 5, each also for revision 4, which clients 1.x and 2.x speak over Engine.IO 3.

failOnStrayErrors();

async function start(options: object = {}) {
  const server = await startServer({ pingInterval: 60_000, ...options });
  for (const name of ['/', '/custom']) {
    server.io.of(name).on('connection', (socket) => {
      socket.emit('auth', socket.handshake.auth);
      socket.on('message', (...values: unknown[]) => socket.emit('message-back', ...values));
      socket.on('message-with-ack', (...args: unknown[]) => (args.pop() as (...values: unknown[]) => void)(...args));
    });
  }
  return server;
}

interface Revision {
  readonly name: string;
  readonly engine: 3 | 4;
  /** A WebSocket frame of an attachment. */
  frame(...bytes: number[]): Buffer;
}

const REVISIONS: readonly Revision[] = [
  { name: 'Socket.IO 5', engine: 4, frame: (...bytes) => Buffer.from(bytes) },
  { name: 'Socket.IO 4', engine: 3, frame: (...bytes) => Buffer.from([4, ...bytes]) },
];

describe.each(REVISIONS)('$name', ({ engine, frame }) => {
  async function open(options?: object) {
    const server = await start(options);
    const ws = await RawWebSocket.open(`${server.url}/socket.io/?EIO=${engine}&transport=websocket`);
    expect(await ws.next()).toMatch(/^0\{/);
    return { server, ws };
  }

  /** In the main namespace. */
  async function joined(options?: object) {
    const { server, ws } = await open(options);
    if (engine === 4) ws.send('40');
    expect(await ws.next()).toMatch(engine === 4 ? /^40\{"sid":"[^"]+"\}$/ : /^40$/);
    expect(await ws.next()).toMatch(/^42\["auth",/);
    return { server, ws };
  }

  describe('a connect', () => {
    it('to the main namespace is answered with nothing but an id, or comes by itself', async () => {
      await joined();
    });

    it('to another namespace is answered there', async () => {
      const { ws } = await joined();
      const answer = String(await ws.send('40/custom,').next());
      if (engine === 4) expect(Object.keys(JSON.parse(answer.slice('40/custom,'.length)))).toEqual(['sid']);
      else expect(answer).toBe('40/custom,');
      expect(await ws.next()).toBe('42/custom,["auth",{}]');
    });

    it('carries credentials to the namespace', async () => {
      const { ws } = await joined();
      ws.send(engine === 4 ? '40/custom,{"token":"abc"}' : '40/custom?token=abc');
      expect(await ws.next()).toMatch(/^40\/custom/);
      expect(await ws.next()).toBe('42/custom,["auth",{"token":"abc"}]');
    });

    it('to an unknown namespace is refused, and the others stay', async () => {
      const { ws } = await joined();
      const refusal = engine === 4 ? '44/random,{"message":"Invalid namespace"}' : '44/random,"Invalid namespace"';
      expect(await ws.send('40/random').next()).toBe(refusal);
      expect(await ws.send('42["message",1]').next()).toBe('42["message-back",1]');
    });

    it.runIf(engine === 4)('with credentials reaches the main namespace', async () => {
      const { ws } = await open();
      expect(await ws.send('40{"token":"123"}').next()).toMatch(/^40\{"sid"/);
      expect(await ws.next()).toBe('42["auth",{"token":"123"}]');
    });

    it.runIf(engine === 4)('that never comes closes the connection', async () => {
      const { ws } = await open({ connectTimeout: 100 });
      await ws.closed();
    });

    it('that is not a packet closes the connection', async () => {
      const { ws } = await open();
      await ws.send('4abc').closed();
    });
  });

  describe('a disconnect', () => {
    it('from the main namespace leaves the connection open', async () => {
      const { server, ws } = await joined();
      const [socket] = [...server.io.of('/').sockets.values()];
      const left = new Promise((resolve) => socket!.on('disconnect', resolve));
      ws.send('41');
      expect(await left).toBe('client namespace disconnect');
      expect(await ws.send('40/custom').next()).toMatch(/^40\/custom/);
    });

    it('from another namespace leaves the main one', async () => {
      const { ws } = await joined();
      ws.send('40/custom');
      expect(await ws.next()).toMatch(/^40\/custom/);
      expect(await ws.next()).toMatch(/^42\/custom,\["auth"/);
      ws.send('41/custom').send('42["message","to the main namespace"]');
      expect(await ws.next()).toBe('42["message-back","to the main namespace"]');
    });
  });

  describe('a message', () => {
    it('of plain text comes back', async () => {
      const { ws } = await joined();
      expect(await ws.send('42["message",1,"2",{"3":[true]}]').next()).toBe('42["message-back",1,"2",{"3":[true]}]');
    });

    it('with attachments comes back', async () => {
      const { ws } = await joined();
      const places = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
      ws.send(`452-["message",${places}]`)
        .send(frame(1, 2, 3))
        .send(frame(4, 5, 6));
      expect(await ws.next()).toBe(`452-["message-back",${places}]`);
      expect([await ws.next(), await ws.next()]).toEqual([frame(1, 2, 3), frame(4, 5, 6)]);
    });

    it('is acknowledged by its id', async () => {
      const { ws } = await joined();
      expect(await ws.send('42456["message-with-ack",1,"2",{"3":[false]}]').next()).toBe('43456[1,"2",{"3":[false]}]');
    });

    it('with attachments is acknowledged with attachments', async () => {
      const { ws } = await joined();
      const places = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
      ws.send(`452-789["message-with-ack",${places}]`)
        .send(frame(1, 2, 3))
        .send(frame(4, 5, 6));
      expect(await ws.next()).toBe(`462-789[${places}]`);
      expect([await ws.next(), await ws.next()]).toEqual([frame(1, 2, 3), frame(4, 5, 6)]);
    });

    it.each([
      ['of an unknown type', '4abc'],
      ['whose data is no list', '42{}'],
      ['whose id is no number', '42abc["message-with-ack",1,"2",{"3":[false]}]'],
    ])('%s closes the connection', async (_what, packet) => {
      const { ws } = await joined();
      await ws.send(packet).closed();
    });
  });
});
