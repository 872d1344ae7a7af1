import { type Broker, startBroker } from '@sio/test-kit/brokers';
import { service } from '@sio/test-kit/services';
import { createClient } from 'redis';

/** Where Redis is installed. */
export const program = service('redis-server');

let redis: Promise<Broker> | undefined;

/** One Redis for each test file, also for callers at the same time. @returns its URL */
export async function startRedis(): Promise<string> {
  redis ??= startBroker('redis');
  return (await redis).url;
}

export async function stopRedis(): Promise<void> {
  await (await redis)?.close();
}

/** Two connected clients, as adapters want them, and how to end them. */
export async function redisClients() {
  const url = await startRedis();
  const [pub, sub] = [createClient({ url }), createClient({ url })];
  await Promise.all([pub.connect(), sub.connect()]);
  return { url, pub, sub, close: () => Promise.all([pub.close(), sub.close()]) };
}
