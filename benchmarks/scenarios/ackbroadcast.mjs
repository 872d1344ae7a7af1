import { frame } from '../load/frames.mjs';
import { openClients } from '../load/pool.mjs';
import { Tally } from '../load/tally.mjs';

const QUESTION = Buffer.from('42');
const ASK = frame('42["ask","are you there?"]');

/** @typedef {{ clients: import('../load/websocket.mjs').WebSocketClient[], tally: Tally }} Asked */

/** @type {import('../types.d.ts').Scenario<Asked>} */
export const scenario = {
  name: 'ackbroadcast',
  title: 'broadcast to 300 that everybody acknowledges',
  op: 'acknowledgement',
  method: 'cpu',
  handlers: ['ask'],
  variants: [{ name: '', connections: 300, warmup: 100, count: 200 }],
  async prepare({ port, variant }) {
    const tally = new Tally();
    const asked = Buffer.from(`42["asked",${variant.connections}]`);
    /** The broadcast has one id for all, so all answers are one frame. @type {Buffer} */
    let answer = Buffer.alloc(0);
    let answered = '';
    /** @type {import('../load/websocket.mjs').OnMessage} */
    const onMessage = (client, bytes, start, end) => {
      if (bytes.compare(asked, 0, asked.length, start, end) === 0) return tally.received();
      const id = bytes.toString('latin1', start + QUESTION.length, bytes.indexOf('[', start));
      if (id !== answered) {
        answered = id;
        answer = frame(`43${id}["yes, I am"]`);
      }
      client.send(answer);
    };
    return { clients: await openClients(port, variant.connections, onMessage), tally };
  },
  async work({ clients, tally }, count) {
    for (let i = 0; i < count; i++) {
      const all = tally.expect(0, 1);
      clients[i % clients.length].send(ASK);
      await all;
    }
    return { ops: count * clients.length };
  },
};
