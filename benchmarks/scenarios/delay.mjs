import { setTimeout as wait } from 'node:timers/promises';
import { percentile } from '../lib/statistics.mjs';
import { frame } from '../load/frames.mjs';
import { openClients } from '../load/pool.mjs';

const ECHOES_PER_SECOND = 4000;
const BROADCASTS_PER_SECOND = 20;
const TICK = 5;

const ECHO = frame('421["echo","hello, is anybody there?"]');
const BROADCAST = frame('42["broadcast","The quick brown fox jumps over the lazy dog"]');
const DIGIT_3 = 0x33;

/**
 * @typedef {{
 *   clients: import('../load/websocket.mjs').WebSocketClient[],
 *   sentAt: number[][],
 *   waits: number[],
 * }} Crowd
 */

/**
 * A fixed rate of work, whatever the server makes of it: how late is its event loop, and how long do clients wait?
 * @type {import('../types.d.ts').Scenario<Crowd>}
 */
export const scenario = {
  name: 'delay',
  title: `event-loop delay under ${ECHOES_PER_SECOND} echoes and ${BROADCASTS_PER_SECOND} broadcasts to 300 per second`,
  op: 'echo',
  method: 'delay',
  slices: 1,
  handlers: ['echo', 'broadcast'],
  variants: [{ name: '', connections: 300, warmup: 4000, count: 12_000 }],
  async prepare({ port, variant }) {
    /** @type {number[][]} */
    const sentAt = Array.from({ length: variant.connections }, () => []);
    /** @type {number[]} */
    const waits = [];
    const clients = await openClients(port, variant.connections, (client, bytes, start) => {
      if (bytes[start + 1] !== DIGIT_3) return;
      waits.push(performance.now() - /** @type {number} */ (sentAt[client.tag].shift()));
    });
    clients.forEach((client, index) => {
      client.tag = index;
    });
    return { clients, sentAt, waits };
  },
  async work({ clients, sentAt, waits }, count) {
    waits.length = 0;
    const began = performance.now();
    let echoes = 0;
    let broadcasts = 0;
    while (echoes < count) {
      const seconds = (performance.now() - began) / 1000;
      for (const due = Math.min(count, seconds * ECHOES_PER_SECOND); echoes < due; echoes++) {
        const n = echoes % clients.length;
        sentAt[n].push(performance.now());
        clients[n].send(ECHO);
      }
      for (; broadcasts < seconds * BROADCASTS_PER_SECOND; broadcasts++) {
        clients[broadcasts % clients.length].send(BROADCAST);
      }
      await wait(TICK);
    }
    while (waits.length < count) await wait(TICK);
    return {
      ops: count,
      seen: { 'p50 ms until answered': percentile(waits, 0.5), 'p99 ms until answered': percentile(waits, 0.99) },
    };
  },
};
