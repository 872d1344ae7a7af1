import { closeClients, openClients } from '../load/pool.mjs';

/** Connections are opened and stay open until the window has ended: closing them is not part of the figure.
 * @type {import('../types.d.ts').Scenario<import('../load/websocket.mjs').WebSocketClient[]>}
 */
export const scenario = {
  name: 'connect',
  title: 'connect, websocket only, one namespace, warm',
  op: 'connection',
  method: 'cpu',
  handlers: ['echo'],
  variants: [{ name: '', connections: 0, warmup: 24_000, warmupParts: 12, count: 2500, goals: { cpu: 0.58 } }],
  prepare: async () => [],
  async work(clients, count, { port }) {
    clients.push(...(await openClients(port, count)));
    return { ops: count };
  },
  reset: (clients) => closeClients(clients.splice(0)),
};
