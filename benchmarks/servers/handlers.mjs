import { z } from 'zod';

/** One line of chat: what the emitting scenarios send. */
export const LINE = 'The quick brown fox jumps over the lazy dog';

/** An order of a shop, as a schema: what the scenario with validation sends. */
export const order = z.object({
  article: z.string().max(40),
  quantity: z.number().int().positive(),
  express: z.boolean(),
});

/** Milliseconds a client has for answering a broadcast question. */
export const ASK_TIMEOUT = 30_000;

/** @typedef {{ on(event: string, listener: (...args: any[]) => unknown): void, emit: Function, join: Function }} Socket */

/**
 * The behaviours every server has to show, in the function style that socket.io and sio share.
 * Written the way an application would write them.
 * @type {Record<string, (socket: Socket, io: any) => void>}
 */
const behaviours = {
  echo: (socket) => socket.on('echo', (value, reply) => reply(value)),
  binary: (socket) => socket.on('binary', (bytes) => socket.emit('binary', bytes)),
  order: (socket) =>
    socket.on('order', (value, reply) => {
      const { success, data } = order.safeParse(value);
      reply(success ? data.quantity : { error: 'invalid' });
    }),
  'order:trusting': (socket) => socket.on('order', (value, reply) => reply(value.quantity)),
  measure: (socket) => socket.on('measure', (items, reply) => reply(items.length)),
  burst: (socket) =>
    socket.on('burst', (count) => {
      for (let i = 0; i < count; i++) socket.emit('burst', i, LINE);
    }),
  broadcast: (socket, io) => socket.on('broadcast', (line) => io.emit('news', line)),
  rooms(socket, io) {
    socket.on('join', async (room, reply) => {
      await socket.join(room);
      reply();
    });
    socket.on('say', (room, line) => io.to(room).emit('news', line));
  },
  ask: (socket, io) =>
    socket.on('ask', (question) =>
      io
        .timeout(ASK_TIMEOUT)
        .emit('ask', question, (/** @type {unknown} */ _error, /** @type {unknown[]} */ answers) =>
          socket.emit('asked', answers.length),
        ),
    ),
};

/**
 * Registers the behaviours a scenario needs, and no other: unused listeners would weigh on idle connections.
 * @param {any} io
 * @param {string[]} names
 * @returns io
 */
export function handle(io, names) {
  const missing = names.find((name) => !(name in behaviours));
  if (missing !== undefined) throw new Error(`no behaviour "${missing}"`);
  const chosen = names.map((name) => behaviours[name]);
  io.on('connection', (/** @type {Socket} */ socket) => {
    for (const behaviour of chosen) behaviour(socket, io);
  });
  return io;
}
