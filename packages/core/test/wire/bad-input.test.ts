import { once } from 'node:events';
import { event, Namespace } from '@sio/core';
import {
  bystander,
  EngineSession,
  failOnStrayErrors,
  fetchAnswer,
  held,
  joinByWebSocket,
  RawTcpClient,
  startEcho,
  startServer,
  upgradeLines,
} from '@sio/test-kit';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

failOnStrayErrors();

const STRANGE = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '',
  ' ',
  'null',
  'undefined',
  '%',
  '%00',
  '%ff',
  '[object Object]',
];

describe('strange values in a query', () => {
  it.each(['transport', 'EIO', 'sid'])('for %s are refused, and harm no other client', async (key) => {
    const server = await startEcho({ generations: ['eio4'] });
    const other = await bystander(server);
    for (const value of STRANGE) {
      // An empty session id is none, as for socket.io: the request is a handshake.
      if (key === 'sid' && value.trim() === '') continue;
      const query = { transport: 'transport=polling', EIO: 'EIO=4', sid: '', [key]: `${key}=${value}` };
      const url = `${server.url}/socket.io/?${[query.EIO, query.transport, query.sid].filter(Boolean).join('&')}`;
      expect((await fetchAnswer(url)).status, url).toBe(400);
    }
    for (const [name, first, second] of [
      ['transport', 'polling', 'websocket'],
      ['EIO', '4', '3'],
      ['sid', 'a', 'b'],
    ]) {
      const url = `${server.url}/socket.io/?EIO=4&transport=polling&${name}=${first}&${name}=${second}`;
      expect((await fetchAnswer(url)).status, url).toBe(400);
    }
    for (const part of ['transport[]=polling', 'sid[a]=b', 'sid[]=1']) {
      const url = `${server.url}/socket.io/?EIO=4&${part}`;
      expect((await fetchAnswer(url)).status, url).toBe(400);
    }
    await other.noticesNothing();
  });
});

describe('a client that is reset', () => {
  const POST = ['Host: localhost', 'Content-Type: text/plain;charset=UTF-8'];

  async function cut(server: Awaited<ReturnType<typeof startEcho>>, ...lines: string[]): Promise<void> {
    const client = new RawTcpClient(server.port).send(...lines);
    await new Promise((resolve) => setImmediate(resolve));
    client.socket.resetAndDestroy();
    await client.closed();
  }

  it.each([
    ['in the first line', () => ['GET /socket.io/?EI']],
    ['after its handshake', () => ['GET /socket.io/?EIO=4&transport=polling HTTP/1.1', 'Host: localhost']],
    ['within a WebSocket handshake', () => upgradeLines('/socket.io/?EIO=4&transport=websocket').slice(0, 4)],
    ['after a WebSocket handshake', () => upgradeLines('/socket.io/?EIO=4&transport=websocket')],
  ])('%s', async (_when, lines) => {
    const server = await startEcho();
    const other = await bystander(server);
    await cut(server, ...lines());
    await other.noticesNothing();
  });

  it.each([
    ['during a poll', (path: string) => [`GET ${path} HTTP/1.1`, 'Host: localhost']],
    [
      'in the middle of a POST',
      (path: string) => [`POST ${path} HTTP/1.1`, ...POST, 'Content-Length: 100', '', '42["ec'],
    ],
    [
      'in the middle of a chunk',
      (path: string) => [`POST ${path} HTTP/1.1`, ...POST, 'Transfer-Encoding: chunked', '', 'ff', '42["e'],
    ],
    ['before the 101 of its upgrade', (path: string) => upgradeLines(path.replace('polling', 'websocket')).slice(0, 5)],
    ['after the 101 of its upgrade', (path: string) => upgradeLines(path.replace('polling', 'websocket'))],
  ])('%s', async (_when, lines) => {
    const server = await startEcho();
    const other = await bystander(server);
    const session = await EngineSession.join(server);
    const { pathname, search } = new URL(session.url());
    await cut(server, ...lines(pathname + search));
    await other.noticesNothing();
  });

  it('while its upgrade is being refused, at whatever moment', async () => {
    const server = await startEcho();
    const other = await bystander(server);
    for (let round = 0; round < 40; round++) {
      const client = new RawTcpClient(server.port).send(
        ...upgradeLines('/socket.io/?EIO=4&transport=websocket&sid=none'),
      );
      // The reset comes before, with or after the answer.
      if (round % 4 > 0) await once(client.socket, 'connect');
      for (let turn = 0; turn < round % 4; turn++) await new Promise((resolve) => setImmediate(resolve));
      client.socket.resetAndDestroy();
      await client.closed();
    }
    await other.noticesNothing();
  });

  it.each(['before the probe', 'after the probe', 'after the upgrade'])('%s', async (when) => {
    const server = await startEcho();
    const other = await bystander(server);
    const session = await EngineSession.join(server);
    const ws = await session.webSocket();
    if (when !== 'before the probe') await ws.send('2probe').next();
    if (when === 'after the upgrade') await ws.send('5', '42["echo",1]').next();
    (ws.ws as unknown as { _socket: { resetAndDestroy(): void } })._socket.resetAndDestroy();
    await ws.closed();
    await other.noticesNothing();
    if (when !== 'after the upgrade') {
      const poll = session.poll();
      await held(session);
      await session.post('42["echo",2]');
      expect(['42["echo",2]', '6']).toContain((await poll.answer()).body);
    }
  });
});

describe('application code that fails', () => {
  class Failing extends Namespace {
    onConnect(auth: { fail?: string }) {
      if (auth.fail === 'throw') throw new Error('hook secret');
      if (auth.fail === 'reject') return Promise.reject(new Error('hook secret'));
      return undefined;
    }

    onThrow() {
      throw new Error('handler secret');
    }

    async onReject() {
      throw new Error('handler secret');
    }

    onEcho(value: unknown) {
      this.emit('echo', value);
    }
  }
  async function failingServer() {
    const reported: unknown[] = [];
    const server = await startServer({ namespaces: { '/': Failing, '/a': Failing }, logger: silent });
    server.io.on('handler_error' as never, ((error: Error) => reported.push(error.message)) as never);
    return { server, reported };
  }
  const silent = { debug() {}, info() {}, warn() {}, error() {} };

  it.each(['throw', 'reject'])('in a handler (%s): the caller is told no secret, and all goes on', async (how) => {
    const { server, reported } = await failingServer();
    const other = await bystander(server);
    const ws = await joinByWebSocket(server);
    expect(await ws.send(`4217["${how}"]`).next()).toBe(
      '4317[{"error":{"name":"internal_error","message":"Internal error"}}]',
    );
    expect(await ws.send(`42["${how}"]`).next()).toBe('42["error","internal_error","Internal error"]');
    expect(await ws.send('42["echo",1]').next()).toBe('42["echo",1]');
    expect(reported).toEqual(['handler secret', 'handler secret']);
    await other.noticesNothing();
  });

  it.each(['throw', 'reject'])('in a hook (%s): the connect is refused without the reason', async (how) => {
    const { server, reported } = await failingServer();
    const ws = await joinByWebSocket(server);
    expect(await ws.send(`40/a,{"fail":"${how}"}`).next()).toBe('44/a,{"message":"Internal error"}');
    expect(reported).toEqual(['hook secret']);
    expect(await ws.send('42["echo",1]').next()).toBe('42["echo",1]');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('middleware secret');
      },
    ],
    ['rejects', () => Promise.reject(new Error('middleware secret'))],
  ])('in a middleware that %s: the connect is refused without the reason', async (_how, middleware) => {
    const { server, reported } = await failingServer();
    server.io.of('/a').use(middleware as never);
    const ws = await joinByWebSocket(server);
    expect(await ws.send('40/a,').next()).toBe('44/a,{"message":"Internal error"}');
    expect(reported).toEqual(['middleware secret']);
  });

  it('in a schema refuses the payload', async () => {
    const schema = z.string().refine(() => {
      throw new Error('schema secret');
    });
    const seen: unknown[] = [];
    class Guarded extends Namespace {
      static events = { say: event(schema, (text) => void seen.push(text)) } as const;
    }
    const server = await startServer({ namespaces: { '/': Guarded }, logger: silent });
    const ws = await joinByWebSocket(server);
    expect(await ws.send('420["say","x"]').next()).toMatch(
      /^430\[\{"error":\{"name":"(internal_error|invalid_method_args)"/,
    );
    expect(seen).toEqual([]);
  });
});
