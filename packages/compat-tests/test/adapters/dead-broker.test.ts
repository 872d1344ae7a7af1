import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { contained, Server } from '@sio/core';
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter';
import { createClient } from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addressOf, connected, next } from '../support/harness.js';
import { program } from '../support/redis.js';

type Client = ReturnType<typeof createClient>;

const ADAPTERS = {
  'redis-adapter': (pub: Client, sub: Client) => createAdapter(pub, sub),
  'redis-adapter, sharded': (pub: Client, sub: Client) => createShardedAdapter(pub, sub),
  'redis-streams-adapter': (pub: Client) => createStreamsAdapter(pub),
};

/** A Redis of its own, to be killed. */
async function startRedis(): Promise<{ url: string; redis: ChildProcess }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = addressOf(server);
  server.close();
  await once(server, 'close');
  const redis = spawn(program as string, ['--port', String(port), '--bind', '127.0.0.1', '--save', '']);
  onTestFinished(() => void redis.kill('SIGKILL'));
  for await (const line of redis.stdout as AsyncIterable<Buffer>) {
    if (String(line).includes('Ready to accept connections')) break;
  }
  redis.stdout?.resume();
  return { url: `redis://127.0.0.1:${port}`, redis };
}

describe.skipIf(program === undefined)('a broker that dies', () => {
  // A rejection or an `error` that is not handled would end the process: here it fails the test.
  it.each(Object.entries(ADAPTERS))('does not end a process whose clients are contained (%s)', async (_name, make) => {
    const { url, redis } = await startRedis();
    const failures: unknown[] = [];
    let told = () => {};
    const failed = new Promise<void>((resolve) => {
      told = resolve;
    });
    const [pub, sub] = [createClient({ url }), createClient({ url })].map((client) =>
      contained(client, (error) => {
        failures.push(error);
        told();
      }),
    ) as [Client, Client];
    await Promise.all([pub.connect(), sub.connect()]);
    onTestFinished(() => {
      pub.destroy();
      sub.destroy();
    });
    const http = createServer();
    const io = new Server(http, {
      adapter: make(pub, sub) as never,
      errorHandler: (error) => void failures.push(error),
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    onTestFinished(() => io.close());
    const peer = await connected(addressOf(http).url);

    const dead = once(redis, 'exit');
    redis.kill('SIGKILL');
    for (let n = 0; n < 20; n++) {
      io.emit('news', n);
      io.serverSideEmit('told');
      io.socketsJoin('room');
    }
    await dead;
    await failed;
    const heard = next(peer, 'late');
    io.local.emit('late');
    await heard;
    expect(failures.length).toBeGreaterThan(0);
  });
});
