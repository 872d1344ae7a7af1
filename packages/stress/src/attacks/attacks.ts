import { type EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';

/** One wave of an attack is over. */
export interface Wave {
  /** Bytes that it has sent. */
  readonly sent: number;
}

/** An attack on a server's memory, wave by wave. */
export interface Attack {
  /** Name of the server's setup. */
  readonly name: string;
  readonly title: string;
  /** Megabytes by which the server may grow, however long it takes. */
  readonly bound: number;
  /** Waves of the whole attack. */
  readonly waves: number;
  /** @param read bytes that the server has read by now */
  run(port: number, read: () => Promise<number>): AsyncGenerator<Wave, void>;
}

const POLLING = '/socket.io/?EIO=4&transport=polling';
const MESSAGE = 900_000;

function dial(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  return socket;
}

/** Resolves with the first of some events. */
async function first(emitter: EventEmitter, ...events: readonly string[]): Promise<void> {
  const over = new AbortController();
  await Promise.race(events.map((event) => once(emitter, event, { signal: over.signal }))).finally(() => over.abort());
}

/** Resolves when the server has taken it, or can take no more. */
async function push(socket: Socket, bytes: string | Buffer): Promise<void> {
  if (socket.write(bytes) || socket.destroyed) return;
  await first(socket, 'drain', 'close');
}

/** A WebSocket that has joined the main namespace. */
async function join(port: number): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
  ws.on('error', () => {});
  await new Promise<void>((resolve) => {
    ws.on('close', resolve);
    ws.on('message', (data) => {
      const text = String(data);
      if (text.startsWith('0')) ws.send('40');
      else if (text.startsWith('40')) resolve();
    });
  });
  return ws;
}

/** Milliseconds after which a client gives up that the server does not read. */
const PATIENCE = 3000;

/** Sends; resolves with whether the server has taken it. */
function say(ws: WebSocket, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE, false);
    ws.send(text, (error) => {
      clearTimeout(timer);
      resolve(error === undefined || error === null);
    });
  });
}

/** Seven POSTs of 0.9 MB, in chunks of one byte, which do not end. */
const chunks: Attack = {
  name: 'chunks',
  title: 'POSTs of 0.9 MB in chunks of one byte, held open',
  bound: 60,
  waves: 7,
  async *run(port, read) {
    const body = Buffer.from('1\r\nx\r\n'.repeat(MESSAGE));
    for (;;) {
      const open = await (await fetch(`http://127.0.0.1:${port}${POLLING}`)).text();
      const { sid } = JSON.parse(open.slice(1)) as { sid: string };
      const socket = dial(port);
      const until = (await read()) + body.length;
      socket.write(
        `POST ${POLLING}&sid=${sid} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      await push(socket, body);
      while ((await read()) < until && !socket.destroyed) await new Promise((resolve) => setTimeout(resolve, 20));
      yield { sent: body.length };
    }
  },
};

/** Handshakes with long heads, pipelined on one connection. */
const handshakes: Attack = {
  name: 'handshakes',
  title: 'Handshakes with 950 short headers each, pipelined on one TCP connection',
  bound: 400,
  waves: 10,
  async *run(port) {
    const socket = dial(port);
    let answers = 0;
    let tail = '';
    socket.on('data', (data: Buffer) => {
      const parts = (tail + data.toString('latin1')).split('HTTP/1.1 ');
      answers += parts.length - 1;
      tail = parts.at(-1)!.slice(-8);
    });
    for (let wave = 1; ; wave++) {
      let sent = 0;
      for (let n = 0; n < 1610; n++) {
        let head = `GET ${POLLING} HTTP/1.1\r\nHost: x\r\n`;
        for (let at = 0; at < 950; at++) head += `x${at}: ${n % 10}${at}\r\n`;
        sent += head.length + 2;
        await push(socket, `${head}\r\n`);
      }
      while (answers < wave * 1610 && !socket.destroyed) await first(socket, 'data', 'close');
      yield { sent };
    }
  },
};

/** Events of one client that wait in namespaces whose middleware takes its time. */
const waiting: Attack = {
  name: 'waiting',
  title: 'Events of 0.9 MB of one client, in three namespaces whose middleware decides late',
  bound: 150,
  waves: 14,
  async *run(port) {
    const ws = await join(port);
    const text = 'x'.repeat(MESSAGE);
    for (const nsp of ['/a', '/b', '/c']) ws.send(`40${nsp},`);
    for (let isRead = true; ; ) {
      let sent = 0;
      for (let n = 0; isRead && n < 100; n++) {
        isRead = await say(ws, `42/${'abc'[n % 3]},["work","${text}"]`);
        if (isRead) sent += text.length;
      }
      yield { sent };
    }
  },
};

/** Long messages into a room. The server keeps them for clients that come back. */
const log: Attack = {
  name: 'log',
  title: 'Messages of 0.9 MB that are broadcast, with state recovery',
  bound: 250,
  waves: 12,
  async *run(port) {
    const ws = await join(port);
    let heard = 0;
    let told: () => void = () => {};
    ws.on('message', (data) => {
      if (String(data).startsWith('42["said"')) heard++;
      told();
    });
    ws.on('close', () => told());
    const text = 'x'.repeat(MESSAGE);
    for (let sent = 0; ; sent += 100) {
      for (let n = 1; n <= 100; n++) {
        ws.send(`42["say","${text}"]`, () => {});
        while (heard < sent + n && ws.readyState === WebSocket.OPEN)
          await new Promise<void>((resolve) => {
            told = resolve;
          });
      }
      yield { sent: 100 * MESSAGE };
    }
  },
};

/** Clients with many rooms that go away. */
const absent: Attack = {
  name: 'absent',
  title: 'Clients that are gone, with 9 MB of rooms each, with state recovery',
  bound: 250,
  waves: 8,
  async *run(port) {
    for (let client = 0; ; ) {
      let sent = 0;
      for (let n = 0; n < 5; n++, client++) {
        const ws = await join(port);
        for (let part = 0; part < 10; part++) {
          const rooms = Array.from({ length: 900 }, (_, at) => `${client}-${part}-${at}-`.padEnd(1000, 'r'));
          const packet = `420["join",${JSON.stringify(rooms)}]`;
          sent += packet.length;
          const done = first(ws, 'message', 'close');
          ws.send(packet, () => {});
          await done;
        }
        ws.terminate();
      }
      yield { sent };
    }
  },
};

/** All of them. */
export const attacks: readonly Attack[] = [chunks, handshakes, waiting, log, absent];
