import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { Server } from '@sio/core/compat';
import { connect, fetchAnswer, listen, type Version } from '@sio/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { onBoth } from '../support/libraries.js';

/** A balancer in the primary of `node:cluster`, with a worker of each library that is named. @returns its URL */
async function startSticky(...libraries: string[]): Promise<string> {
  const primary: ChildProcess = fork(new URL('sticky-process.mjs', import.meta.url), libraries);
  onTestFinished(async () => {
    const gone = once(primary, 'exit');
    if (primary.kill('SIGKILL')) await gone;
  });
  const [{ port }] = (await once(primary, 'message')) as [{ port: number }];
  return `http://127.0.0.1:${port}`;
}

/** Connects clients on each way to both workers; each hears what one says. @returns the workers */
async function meet(url: string, versions: readonly Version[]): Promise<string[]> {
  const ways = versions.flatMap((version) =>
    (['polling', 'upgrade', 'websocket'] as const).map((how) => ({ version, how })),
  );
  // Two of a kind, one for each worker: the balancer takes them in turn.
  const clients = await Promise.all([...ways, ...ways].map(({ version, how }) => connect(version, url, how).joined()));
  const workers = await Promise.all(clients.map(async (client) => (await client.ask('worker'))[0] as string));
  const heard = clients.map((client) => client.next('said'));
  clients[0]?.emit('say', 'hello', [1, 2]);
  expect(await Promise.all(heard)).toEqual(clients.map(() => ['hello', [1, 2]]));
  return [...new Set(workers)].sort();
}

describe('workers of node:cluster behind @socket.io/sticky', () => {
  it('serve clients of every protocol version and transport', async () => {
    const url = await startSticky('@sio/core/compat', '@sio/core/compat');
    expect(await meet(url, ['0.9.17', '2.5.0', '4.8.4'])).toEqual(['0 @sio/core/compat', '1 @sio/core/compat']);
  });

  it('serve the same clients when one of them is one of socket.io', async () => {
    const url = await startSticky('socket.io', '@sio/core/compat');
    expect(await meet(url, ['2.5.0', '4.8.4'])).toEqual(['0 socket.io', '1 @sio/core/compat']);
  });
});

/*
 * The balancer learns of a session by a message of its worker. A client that has its answer earlier may reach the wrong worker with its
 * next request.
 */
describe('a session', () => {
  it.each(['EIO=3', 'EIO=4', '0.9'])('is told of before the answer to its handshake goes out: %s', async (version) => {
    const http = createServer();
    const io = new Server(http, { allowEIO3: true });
    onTestFinished(() => io.close());
    const order: string[] = [];
    http.prependListener('connection', (socket: NetSocket) => {
      const { write } = socket;
      socket.write = (...args: unknown[]) => {
        order.push('answer');
        return Reflect.apply(write, socket, args);
      };
    });
    io.engine.on('connection', () => order.push('session'));
    const url = await listen(http);
    const path = version === '0.9' ? '1/?t=1' : `?${version}&transport=polling`;
    expect((await fetchAnswer(`${url}/socket.io/${path}`)).status).toBe(200);
    expect(order[0]).toBe('session');
    expect(order).toContain('answer');
  });
});

onBoth('a listener that is put in front of all others', (load) => {
  it('sees the requests of sessions and of the application, and can end a connection', async () => {
    const { Server: Library } = await load();
    const seen: string[] = [];
    const http = createServer((req, res) => {
      seen.push(`application: ${req.url}`);
      res.end();
    });
    const io = new Library(http);
    onTestFinished(() => void io.close());
    http.prependListener('request', (req, res) => {
      seen.push(`in front: ${req.url}`);
      res.setHeader('Connection', 'close');
    });
    const url = await listen(http);
    const handshake = await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`, {
      headers: { Connection: 'keep-alive' },
    });
    expect(handshake).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await fetchAnswer(`${url}/other`);
    expect(seen).toEqual(['in front: /socket.io/?EIO=4&transport=polling', 'in front: /other', 'application: /other']);
  });
});
