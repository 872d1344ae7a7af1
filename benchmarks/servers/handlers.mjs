import { z } from 'zod';

/** One line of chat: what the emitting scenarios send. */
export const LINE = 'The quick brown fox jumps over the lazy dog';

/** An order of a shop, as a schema: what the scenario with validation sends. */
export const ORDER = { article: z.string().max(40), quantity: z.number().int().positive(), express: z.boolean() };

const order = z.object(ORDER);

/** Milliseconds a client has for answering a broadcast question. */
const ASK_TIMEOUT = 30_000;

/**
 * The behaviours every server has to show, in the function style that socket.io and sio share.
 * Written the way an application would write them.
 * @type {Record<string, (io: any, socket: any) => void>}
 */
const behaviours = {
  echo: (_io, socket) => {
    socket.on('echo', (/** @type {unknown} */ value, /** @type {(value: unknown) => void} */ reply) => reply(value));
  },
  binary: (_io, socket) => {
    socket.on('binary', (/** @type {Buffer} */ bytes) => socket.emit('binary', bytes));
  },
  order: (_io, socket) => {
    socket.on('order', (/** @type {unknown} */ value, /** @type {(quantity: unknown) => void} */ reply) => {
      const { success, data } = order.safeParse(value);
      reply(success ? data.quantity : { error: 'invalid' });
    });
  },
  'order:trusting': (_io, socket) => {
    socket.on('order', (/** @type {{ quantity: number }} */ value, /** @type {(quantity: number) => void} */ reply) =>
      reply(value.quantity),
    );
  },
  measure: (_io, socket) => {
    socket.on('measure', (/** @type {unknown[]} */ items, /** @type {(length: number) => void} */ reply) =>
      reply(items.length),
    );
  },
  burst: (_io, socket) => {
    socket.on('burst', (/** @type {number} */ count) => {
      for (let i = 0; i < count; i++) socket.emit('burst', i, LINE);
    });
  },
  broadcast: (io, socket) => {
    socket.on('broadcast', (/** @type {string} */ line) => io.emit('news', line));
  },
  rooms: (io, socket) => {
    socket.on('join', async (/** @type {string} */ room, /** @type {() => void} */ reply) => {
      await socket.join(room);
      reply();
    });
    socket.on('say', (/** @type {string} */ room, /** @type {string} */ line) => io.to(room).emit('news', line));
  },
  ask: (io, socket) => {
    socket.on('ask', (/** @type {string} */ question) => {
      io.timeout(ASK_TIMEOUT).emit('ask', question, (/** @type {unknown} */ _error, /** @type {unknown[]} */ answers) =>
        socket.emit('asked', answers.length),
      );
    });
  },
};

/**
 * Registers the behaviours a scenario needs, and no other: unused listeners would weigh on idle connections.
 * @param {any} io
 * @param {string[]} names
 * @returns io
 */
export function handle(io, names) {
  const chosen = names.map((name) => {
    const behaviour = behaviours[name];
    if (!behaviour) throw new Error(`no behaviour "${name}"`);
    return behaviour;
  });
  io.on('connection', (/** @type {any} */ socket) => {
    for (const behaviour of chosen) behaviour(io, socket);
  });
  return io;
}
