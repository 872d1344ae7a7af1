import { frame } from '../load/frames.mjs';
import { openClients } from '../load/pool.mjs';
import { Tally } from '../load/tally.mjs';

const ROOMS = 1000;
const MEMBERS = 10;
const SENDERS = 20;
const LINE = 'The quick brown fox jumps over the lazy dog';

/** @typedef {{ clients: import('../load/websocket.mjs').WebSocketClient[], say: Tally, joins: Tally }} Rooms */

/** Client c is in the rooms c, c+1, … c+9 (round the end): ten rooms each, ten members each. @param {number} client */
const roomsOf = (client) => Array.from({ length: MEMBERS }, (_, i) => (client + i) % ROOMS);

/** The i-th broadcast of the n-th sender goes to one of its own rooms. */
const requests = Array.from({ length: ROOMS }, (_, room) => frame(`42["say","room ${room}","${LINE}"]`));

/** @type {import('../types.d.ts').Scenario<Rooms>} */
export const scenario = {
  name: 'rooms',
  title: '1 000 rooms of 10, messages to one room after another',
  op: 'recipient',
  method: 'cpu',
  handlers: ['rooms'],
  variants: [{ name: '', connections: ROOMS, warmup: 4000, count: 6000 }],
  async prepare({ port, variant }) {
    const say = new Tally();
    const joins = new Tally();
    const news = Buffer.from(`42["news","${LINE}"]`);
    /** @type {import('../load/websocket.mjs').OnMessage} */
    const onMessage = (_client, bytes, start, end) => {
      if (bytes.compare(news, 0, news.length, start, end) === 0) say.received();
      else joins.received();
    };
    const clients = await openClients(port, variant.connections, onMessage);
    const joined = joins.expect(0, ROOMS * MEMBERS);
    clients.forEach((client, index) => {
      for (const room of roomsOf(index)) client.send(frame(`421["join","room ${room}"]`));
    });
    await joined;
    return { clients, say, joins };
  },
  async work({ clients, say }, count) {
    for (let sent = 0; sent < count; sent += SENDERS) {
      const all = say.expect(0, SENDERS * MEMBERS);
      for (let n = 0; n < SENDERS; n++) {
        const client = ((sent + n) * 37) % ROOMS;
        clients[client].send(requests[roomsOf(client)[sent % MEMBERS]]);
      }
      await all;
    }
    return { ops: count * MEMBERS };
  },
};
