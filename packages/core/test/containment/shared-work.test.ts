import type { VirtualSocket } from '@sio/core';
import { joinByWebSocket, type RawWebSocket, type Running, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';
import { Flusher } from '../../src/internal/flusher.js';
import { Deadlines, QueuedDeadline } from '../../src/internal/time/deadlines.js';

async function joined(server: Running): Promise<{ ws: RawWebSocket; conn: VirtualSocket }> {
  const before = new Set(server.io.engine.clients.keys());
  const ws = await joinByWebSocket(server);
  const [sid] = [...server.io.engine.clients.keys()].filter((key) => !before.has(key));
  return { ws, conn: server.io.engine.clients.get(sid!)! };
}

/** Makes what a connection does in the name of the whole server fail from now on. */
const FAULTS: Record<string, (conn: VirtualSocket) => void> = {
  'whose transport throws when it is flushed': ({ transport }) => {
    transport.flush = () => {
      throw new Error('flush');
    };
  },
  'whose transport throws when it is sent something': ({ transport }) => {
    transport.send = transport.sendForm = () => {
      throw new Error('send');
    };
  },
};

/** The next failure that the server reports. */
const reportOf = ({ io }: Running) => new Promise<unknown>((resolve) => void io.once('handler_error', resolve));

describe.each(Object.entries(FAULTS))('a connection %s', (_name, spoil) => {
  it('affects itself only: all others are served in the same turn and afterwards', async () => {
    const server = await startServer();
    const first = await joined(server);
    const broken = await joined(server);
    const last = await joined(server);
    const reported = reportOf(server);
    spoil(broken.conn);
    for (let round = 0; round < 3; round++) {
      server.io.emit('news', round);
      expect(await first.ws.next()).toBe(`42["news",${round}]`);
      expect(await last.ws.next()).toBe(`42["news",${round}]`);
    }
    expect(await reported).toBeInstanceOf(Error);
    expect(broken.conn.readyState).toBe('closed');
    expect(server.io.engine.clientsCount).toBe(2);
  });
});

it('a heartbeat that throws ends its own connection, and the others’ heartbeats go on', async () => {
  const server = await startServer({ pingInterval: 50, pingTimeout: 5000 });
  const broken = await joined(server);
  const other = await joined(server);
  const reported = reportOf(server);
  broken.conn.transport.send = () => {
    throw new Error('ping');
  };
  // A heartbeat may have come before: its answer lets the next one begin.
  broken.ws.send('3');
  for (let beats = 0; beats < 3; beats++) {
    expect(await other.ws.next()).toBe('2');
    other.ws.send('3');
  }
  await reported;
  expect(broken.conn.readyState).toBe('closed');
});

it('draining goes on when ending one connection throws', async () => {
  const server = await startServer();
  const broken = await joined(server);
  const other = await joined(server);
  broken.conn.transport.close = () => {
    throw new Error('close');
  };
  const gone = other.ws.closed();
  await server.io.drain({ jitter: 0, deadline: 1000 });
  expect(await gone).toBe(1001);
  expect(server.io.engine.clientsCount).toBe(0);
});

it('closing the engine goes on when ending one connection throws', async () => {
  const server = await startServer();
  const broken = await joined(server);
  const other = await joined(server);
  broken.conn.transport.close = () => {
    throw new Error('close');
  };
  server.io.engine.close();
  expect(await other.ws.closed()).toBe(1001);
});

it('a flusher and a queue of deadlines report each item that throws and go on with the next', async () => {
  const reported: unknown[] = [];
  const done: number[] = [];
  const flusher = new Flusher((error) => void reported.push(error));
  const item = (n: number) => ({
    flush() {
      if (n === 1) throw new Error('one');
      done.push(n);
    },
  });
  for (let n = 0; n < 3; n++) flusher.add(item(n));
  await new Promise((resolve) => setImmediate(resolve));
  flusher.add(item(3));
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toEqual([0, 2, 3]);

  class Failing extends QueuedDeadline {
    override onDeadline(): void {
      throw new Error('due');
    }
  }
  const due = new Promise<void>((resolve) => {
    class Good extends QueuedDeadline {
      override onDeadline(): void {
        resolve();
      }
    }
    const queue = new Deadlines((error) => void reported.push(error)).of(5);
    queue.arm(new Failing());
    queue.arm(new Good());
  });
  await due;
  expect(reported.map(String)).toEqual(['Error: one', 'Error: due']);
});
