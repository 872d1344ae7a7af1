import { type AnySocket, io09, io25, io48 } from '../clients.js';

/** How a client comes. */
const WAYS: readonly ((url: string) => { socket: AnySocket; leave(): void })[] = [
  ...[['websocket'], ['polling'], ['polling', 'websocket']].flatMap((transports) =>
    [io48, io25].map((connect) => (url: string) => {
      const socket = connect(url, { transports, forceNew: true, reconnection: false });
      return { socket, leave: () => void socket.disconnect() };
    }),
  ),
  ...['websocket', 'xhr-polling'].map((transport) => (url: string) => {
    io09.transports = [transport];
    const socket = io09.connect(url, { 'force new connection': true, reconnect: false });
    return { socket, leave: () => void socket.socket.disconnect() };
  }),
];

/** The actions of a crowd so far. */
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
