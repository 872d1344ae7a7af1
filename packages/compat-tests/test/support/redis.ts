import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { service } from '@sio/test-kit/services';
import { createClient } from 'redis';

/** Where Redis is installed. */
export const program = service('redis-server');

async function freePort(): Promise<number> {
  const server = createNetServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface Redis {
  readonly url: string;
  readonly child: ChildProcess;
}

let redis: Promise<Redis> | undefined;

async function start(): Promise<Redis> {
  const port = await freePort();
  const child = spawn(program as string, ['--port', String(port), '--bind', '127.0.0.1', '--save', '']);
  for await (const line of child.stdout) if (String(line).includes('Ready to accept connections')) break;
  child.stdout.resume();
  return { url: `redis://127.0.0.1:${port}`, child };
}

/** One Redis for each test file, also for callers at the same time. @returns its URL */
export async function startRedis(): Promise<string> {
  redis ??= start();
  return (await redis).url;
}

export async function stopRedis(): Promise<void> {
  if (redis === undefined) return;
  const { child } = await redis;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Two connected clients, as adapters want them, and how to end them. */
export async function redisClients() {
  const url = await startRedis();
  const [pub, sub] = [createClient({ url }), createClient({ url })];
  await Promise.all([pub.connect(), sub.connect()]);
  return { url, pub, sub, close: () => Promise.all([pub.close(), sub.close()]) };
}
