import { createRequire } from 'node:module';

interface AnySocket {
  on(event: string, listener: (...args: never[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  disconnect(): unknown;
}
type Connect = (url: string, options: object) => AnySocket;

const load = createRequire(import.meta.url);
const io48 = (load('socket.io-client-4.8') as { io: Connect }).io;
const io25 = load('socket.io-client-2.5') as Connect;
const io09 = load('socket.io-client-0.9') as {
  transports: string[];
  connect(url: string, options: object): AnySocket & { socket: AnySocket };
};

/** How a client comes. */
const WAYS: readonly ((url: string) => { socket: AnySocket; leave(): void })[] = [
  ...[['websocket'], ['polling'], ['polling', 'websocket']].flatMap((transports) =>
    [io48, io25].map((connect) => (url: string) => {
      const socket = connect(url, { transports, forceNew: true, reconnection: false, timeout: 5000 });
      return { socket, leave: () => void socket.disconnect() };
    }),
  ),
  ...['websocket', 'xhr-polling'].map((transport) => (url: string) => {
    io09.transports = [transport];
    const socket = io09.connect(url, { 'force new connection': true, reconnect: false });
    return { socket, leave: () => void socket.socket.disconnect() };
  }),
];

/** What a crowd has done so far. */
export interface Tally {
  visits: number;
  answers: number;
  /** Handlers that failed, as clients provoked. */
  failures: number;
  lost: number;
}

let turn = 0;

/** One client of some generation comes, talks, makes a handler fail, and leaves. */
export function visit(url: string, tally: Tally): Promise<void> {
  const { socket, leave } = (WAYS[turn++ % WAYS.length] as (typeof WAYS)[number])(url);
  tally.visits++;
  return new Promise((resolve) => {
    let over = false;
    const end = (lost: boolean) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      if (lost) tally.lost++;
      leave();
      resolve();
    };
    const timer = setTimeout(() => end(true), 10_000);
    for (const event of ['connect_error', 'connect_failed', 'disconnect']) socket.on(event, () => end(true));
    socket.on('connect', () => {
      socket.emit('join', `room ${turn % 50}`, () => {
        tally.answers++;
        socket.emit('fail');
        tally.failures++;
        socket.emit('say', { text: 'x'.repeat(200) }, () => {
          tally.answers++;
          end(false);
        });
      });
    });
  });
}
