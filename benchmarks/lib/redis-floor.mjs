import { createClient } from 'redis';
import { newId } from '../servers/minimal/ids.mjs';

/**
 * Lets two floors share their rooms over Redis, with about the least work: each message is published once, as text, and a server ignores
 * its own. All rooms have one channel. Nothing notices a server that is gone, a lost subscription, or a broker that does not answer.
 *
 * @param {import('../types.d.ts').StartServer} start
 * @returns {import('../types.d.ts').StartServer}
 */
export const onRedis = (start) => async (http, settings) => {
  const { application } = /** @type {import('../servers/minimal/engine.mjs').Engine} */ (await start(http, settings));
  const clients = [createClient({ url: settings.redis }), createClient({ url: settings.redis })];
  const [pub, sub] = /** @type {[any, any]} */ (await Promise.all(clients.map((client) => client.connect())));
  const id = newId();
  await sub.subscribe('rooms', (/** @type {string} */ message) => {
    if (message.startsWith(id)) return;
    const [room, ...args] = JSON.parse(message.slice(id.length));
    application.broadcast(room, args);
  });
  return {
    of: () => ({ adapter: { serverCount: () => 2 } }),
    to: (/** @type {string} */ room) => ({
      emit(/** @type {unknown[]} */ ...args) {
        application.broadcast(room, args);
        void pub.publish('rooms', id + JSON.stringify([room, ...args]));
      },
    }),
  };
};
