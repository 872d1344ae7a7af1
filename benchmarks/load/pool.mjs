import { WebSocketClient } from './websocket.mjs';

/** The number of concurrent handshakes, unless a scenario sets another one. */
const CONCURRENCY = 25;

/**
 * Runs `task` for 0 … count-1, `concurrency` at a time.
 * @param {number} count
 * @param {(index: number) => Promise<void>} task
 * @param {number} [concurrency]
 */
export async function times(count, task, concurrency = CONCURRENCY) {
  let next = 0;
  const worker = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, worker));
}

/**
 * Opens connections that have joined the main namespace.
 * @param {number} port
 * @param {number} count
 * @param {import('./websocket.mjs').OnMessage} [onMessage]
 * @param {number} [concurrency]
 */
export async function openClients(port, count, onMessage = () => {}, concurrency = CONCURRENCY) {
  /** @type {WebSocketClient[]} */
  const clients = [];
  await times(
    count,
    async () => {
      const client = new WebSocketClient(port, onMessage);
      clients.push(client);
      await client.joined;
    },
    concurrency,
  );
  return clients;
}

/** @param {WebSocketClient[]} clients */
export async function closeClients(clients) {
  const gone = clients.map((client) => client.gone);
  for (const client of clients) client.reset();
  await Promise.all(gone);
}
