import { type EventEmitter, once } from 'node:events';
import { type DisconnectDetails, Namespace, type Socket } from '@sio/core';
import {
  connect,
  EngineSession,
  joinByWebSocket,
  type RawWebSocket,
  type Running,
  startEcho,
  startServer,
  type Version,
} from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const VERSIONS: readonly Version[] = ['4.8.4', '2.5.0', '0.9.17'];

/** The details of the next socket's end. */
async function endOf(server: Running, act: (socket: Socket) => unknown): Promise<[string, DisconnectDetails]> {
  const [socket] = (await once(server.io as unknown as EventEmitter, 'connection')) as [Socket];
  const gone = new Promise<[string, DisconnectDetails]>((resolve) => {
    socket.once('disconnect', (reason, _description, details) => resolve([reason, details]));
  });
  await act(socket);
  return gone;
}

/** Some clients lose their patience with a deaf server at the same moment as it does with them, or before on a busy machine. */
function beForgiving(raw: any): void {
  // The handshake would set it.
  const patience = { get: () => 600_000, set: () => {} };
  const names = { _pingTimeout: patience, pingTimeout: patience, heartbeatTimeout: patience };
  Object.defineProperties(raw.io?.engine ?? raw.socket, names);
}

describe.each(VERSIONS)('the end of a client %s', (version) => {
  async function ended(
    act: (socket: Socket, client: ReturnType<typeof connect>) => unknown,
    options = {},
    prepare: (raw: unknown) => void = () => {},
  ) {
    const server = await startServer(options);
    const end = endOf(server, async (socket) => {
      await joined;
      await act(socket, client);
    });
    const client = connect(version, server.url, { transports: ['websocket'] });
    prepare(client.raw);
    const joined = client.next('connect');
    return end;
  }

  it('that leaves is reported as the client’s', async () => {
    const [reason, details] = await ended((_socket, client) => client.disconnect());
    expect([reason, details]).toMatchObject(['client namespace disconnect', { code: 'client_left', by: 'client' }]);
  });

  it('that the server disconnects is reported as the server’s', async () => {
    const [reason, details] = await ended((socket) => socket.disconnect());
    expect([reason, details]).toMatchObject([
      'server namespace disconnect',
      { code: 'server_disconnect', by: 'server' },
    ]);
  });

  it('whose connection the server closes is reported as the server’s', async () => {
    const [reason, details] = await ended((socket) => socket.conn.close());
    expect([reason, details]).toMatchObject(['forced close', { code: 'closed_by_server', by: 'server' }]);
  });

  it('that vanishes is reported as the network’s, with a hint', async () => {
    const [reason, details] = await ended((socket) => (socket.conn.transport as any).abort());
    expect(reason).toBe('transport close');
    expect(details).toMatchObject({ code: 'connection_lost', by: 'network', closeCode: 1006, bufferedBytes: 0 });
    expect(details.hint).toMatch(/^no goodbye: the network, a proxy/);
  });

  it('that does not answer heartbeats is reported with the time since then and a likely cause', async () => {
    const [reason, details] = await ended(
      (socket) => {
        // Deaf from now on.
        Object.defineProperties(socket.conn.transport, { onMessage: { value: () => {} }, bytesReceived: { value: 0 } });
      },
      { pingInterval: 100, pingTimeout: 100 },
      beForgiving,
    );
    expect([reason, details.code, details.by]).toEqual(['ping timeout', 'ping_timeout', 'network']);
    expect(details.lastPongAge).toBeGreaterThanOrEqual(199);
    expect(details.hint).toMatch(/vanished without a goodbye|event loop stood still/);
  });
});

describe('the end of a connection', () => {
  it('is passed to onDisconnecting and onDisconnect of a class', async () => {
    const told: unknown[] = [];
    let done: () => void;
    const finished = new Promise<void>((resolve) => {
      done = resolve;
    });
    class Told extends Namespace {
      onDisconnecting(_reason: string, _description: unknown, details: DisconnectDetails) {
        told.push(details);
      }

      onDisconnect(_reason: string, _description: unknown, details: DisconnectDetails) {
        told.push(details);
        done();
      }
    }
    const server = await startServer({ namespaces: { '/': Told } });
    const client = connect('4.8.4', server.url, { transports: ['websocket'] });
    await client.next('connect');
    client.raw.io.engine.close();
    await finished;
    expect(told).toMatchObject([{ code: 'closed_by_client', by: 'client' }, { code: 'closed_by_client' }]);
  });

  it('by a close packet over polling is reported as the client’s', async () => {
    const server = await startEcho();
    const end = endOf(server, async () => (await session).post('1'));
    const session = EngineSession.join(server);
    expect((await end)[1]).toMatchObject({ code: 'closed_by_client', by: 'client' });
  });

  it('has the codec’s reason', async () => {
    const server = await startEcho();
    const end = endOf(server, async () => (await ws).send('4599999-["x"]'));
    const ws = joinByWebSocket(server);
    const [reason, details] = await end;
    expect([reason, details]).toMatchObject(['forced close', { code: 'too_many_attachments', by: 'client' }]);
    expect(details.hint).toContain('maxAttachments');
  });

  it('has the number of bytes that waited', async () => {
    const server = await startEcho();
    const end = endOf(server, async (socket) => {
      await joined;
      await new Promise((resolve) => setImmediate(resolve));
      socket.emit('news', 'x'.repeat(1000));
      await new Promise((resolve) => setImmediate(resolve));
      socket.conn.close(true);
    });
    const joined = EngineSession.join(server);
    expect((await end)[1].bufferedBytes).toBeGreaterThan(1000);
  });

  it('shows that the event loop was blocked, which is not the client’s fault', async () => {
    const server = await startEcho({ pingInterval: 60_000 });
    const end = endOf(server, async (socket) => {
      await joined;
      const until = performance.now() + 2500;
      while (performance.now() < until);
      socket.conn.fail('ping timeout', undefined);
    });
    const joined = joinByWebSocket(server);
    const [, details] = await end;
    expect(details.eventLoopLag).toBeGreaterThan(1000);
    expect(details.hint).toMatch(/^the event loop stood still for \d+ ms/);
  });
});

describe('an event loop that stood still', () => {
  it('does not end a client whose answer could not be read in time', async () => {
    const server = await startEcho({ pingInterval: 300, pingTimeout: 600 });
    const all = await Promise.all(Array.from({ length: 20 }, () => answering(server)));
    const ended: string[] = [];
    for (const conn of server.io.engine.clients.values()) conn.on('close', (reason) => ended.push(reason));
    await Promise.all(all.map((ws) => ws.beat()));
    const until = performance.now() + 2000;
    while (performance.now() < until);
    // All of them are asked once more, and answer.
    await Promise.all(all.map((ws) => ws.beat()));
    expect(ended).toEqual([]);
    expect(server.io.engine.clientsCount).toBe(20);
  });
});

/** A client that answers heartbeats, and whose heartbeats can be awaited. */
async function answering(server: Running) {
  const ws: RawWebSocket = await joinByWebSocket(server);
  let heard: () => void = () => {};
  void (async () => {
    for (;;) {
      await ws.next();
      ws.send('3');
      heard();
    }
  })().catch(() => {});
  return {
    beat: () =>
      new Promise<void>((resolve) => {
        heard = resolve;
      }),
  };
}
