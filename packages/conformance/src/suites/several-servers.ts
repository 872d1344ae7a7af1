import type { Server as HttpServer } from 'node:http';
import { promisify } from 'node:util';
import { Namespace, type Namespaces, type Server, type ServerOptions } from '@sio/core';
import { connect, listen, type Version } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }
}

/** One app, from which HTTP servers can be made. */
export interface SharedApp {
  readonly io: Server;
  createServer(): HttpServer;
}

/** Builds an app that serves the namespaces at its root. It ends with the test. */
export type BuildApp = (namespaces: Namespaces, options: ServerOptions) => SharedApp;

const CLIENTS: readonly (readonly [Version, string])[] = [
  ['4.8.4', 'websocket'],
  ['4.8.4', 'polling'],
  ['2.5.0', 'websocket'],
  ['2.5.0', 'polling'],
  ['0.9.17', 'websocket'],
  ['0.9.17', 'xhr-polling'],
];

/** Declares the tests of an app on several HTTP servers in one process. */
export function severalServersSuite(build: BuildApp): void {
  async function serve(count: number, options: ServerOptions = {}) {
    const app = build({ '/': Echo }, options);
    const servers = Array.from({ length: count }, () => app.createServer());
    return { io: app.io, servers, urls: await Promise.all(servers.map((server) => listen(server))) };
  }

  async function joined(version: Version, transport: string, url: string | undefined) {
    const client = connect(version, url!, { transports: [transport], reconnection: false, reconnect: false });
    await client.joined();
    return client;
  }

  describe.each(CLIENTS)('with clients %s over %s', (version, transport) => {
    test.each([
      ['in good order', {}],
      ['at once', { drain: false }],
    ])('a server that closes ends its own connections %s, and those of the other stay', async (_how, options) => {
      const { io, servers, urls } = await serve(2, options);
      const [leaving, staying] = await Promise.all(urls.map((url) => joined(version, transport, url)));
      const gone = leaving!.next('disconnect');
      const reasons: unknown[] = [];
      for (const socket of io.sockets.sockets.values()) socket.on('disconnect', (reason) => reasons.push(reason));
      await promisify(servers[0]!.close.bind(servers[0]))();
      await gone;
      expect(reasons).toEqual(['server shutting down']);
      expect(await staying!.ask('echo', 'still here')).toEqual(['still here']);
      const another = await joined(version, transport, urls[1]);
      expect(await another.ask('echo', 'new')).toEqual(['new']);
    });
  });

  test('an HTTP server of something else does not keep connections of a closing server open', async () => {
    const { io, servers, urls } = await serve(1);
    const other = build({}, {});
    const beside = other.createServer();
    await fetch(await listen(beside), { headers: { connection: 'close' } });
    const client = await joined('4.8.4', 'websocket', urls[0]);
    const gone = client.next('disconnect');
    await promisify(servers[0]!.close.bind(servers[0]))();
    expect((await gone)[0]).toBe('transport close');
    expect([io.engine.clientsCount, beside.listening]).toEqual([0, true]);
  });

  test('a server that was closed serves again when it listens again, beside the other', async () => {
    const { servers, urls } = await serve(2);
    const [, staying] = await Promise.all(urls.map((url) => joined('4.8.4', 'websocket', url)));
    await promisify(servers[0]!.close.bind(servers[0]))();
    const back = await joined('4.8.4', 'websocket', await listen(servers[0]!));
    expect(await back.ask('echo', 'back')).toEqual(['back']);
    expect(await staying!.ask('echo', 'still here')).toEqual(['still here']);
  });

  test('both servers can close at the same time', async () => {
    const { io, servers, urls } = await serve(2);
    const clients = await Promise.all(
      urls.flatMap((url) => [joined('4.8.4', 'websocket', url), joined('4.8.4', 'polling', url)]),
    );
    const gone = clients.map((client) => client.next('disconnect'));
    onTestFinished(() => io.close());
    await Promise.all(servers.map((server) => promisify(server.close.bind(server))()));
    expect((await Promise.all(gone)).map(([reason]) => reason)).toEqual(Array(4).fill('transport close'));
    expect(io.engine.clientsCount).toBe(0);
  });
}
