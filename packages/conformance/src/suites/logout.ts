import { connect, type Socket as NetSocket } from 'node:net';
import type { Server } from '@sio/core';
import { CookieJar, failOnStrayErrors, within } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Visitor } from './guide.js';

/** An app of one framework that people log in to and out of by HTTP. */
export interface LogoutApp extends Visitor {
  readonly io: Server;
}

/** A handshake of one protocol version. */
interface Version {
  readonly name: string;
  readonly polling: string;
  /** The target of a WebSocket that is the first request of its connection; 0.9 has none. */
  readonly websocket?: string;
}

const eio4 = { name: 'EIO 4', polling: '/socket.io/?EIO=4&transport=polling' };
const eio3 = { name: 'EIO 3', polling: '/socket.io/?EIO=3&transport=polling' };
const legacy: Version = { name: '0.9', polling: '/socket.io/1/?t=1' };
const engineVersions: readonly Version[] = [eio4, eio3].map((each) => ({
  ...each,
  websocket: each.polling.replace('polling', 'websocket'),
}));
const versions: readonly Version[] = [...engineVersions, legacy];

/** Declares the tests of what a logout does to connections that are only being made. */
export function logoutSuite(start: () => Promise<LogoutApp>): void {
  describe('a logout while a connection is being made', () => {
    failOnStrayErrors();

    test('ends a handshake of 0.9 that has no transport yet', async () => {
      const app = await loggedIn(start);
      const [sid] = (await app.jar.text(app.url + legacy.polling)).split(':');
      expect(app.io.engine.clientsCount).toBe(1);
      expect((await app.post('/logout')).status).toBe(204);
      await emptied(app.io, 0);
      expect(await app.jar.text(`${app.url}/socket.io/1/xhr-polling/${sid}?t=2`)).toBe('7:::1+0');
    });

    test.each(versions)('ends a handshake of $name that is pipelined behind a held poll', async ({ polling }) => {
      const app = await loggedIn(start);
      const stranger = new CookieJar();
      const sid = /"sid":"([^"]+)"/.exec(await stranger.text(app.url + eio4.polling))?.[1];
      const served = new Set(app.io.engine.clients.keys());
      const socket = dial(app.url);
      get(socket, `${eio4.polling}&sid=${sid}`);
      get(socket, polling, app.jar.header);
      await until(() => app.io.engine.clients.size === 2);
      const [conn] = [...app.io.engine.clients].flatMap(([id, each]) => (served.has(id) ? [] : [each]));
      expect((await app.post('/logout')).status).toBe(204);
      expect(conn?.readyState).toBe('closed');
      expect(app.io.engine.clientsCount).toBe(1);
    });

    test.each(versions)('refuses a handshake of $name that is in a slow guard', async ({ polling }) => {
      const app = await loggedIn(start);
      const guard = slowGuard(app.io);
      const names: unknown[] = [];
      app.io.engine.on('connection_error', ({ context }: { context: { name: string } }) => names.push(context.name));
      const answer = app.jar.fetch(app.url + polling);
      await guard.reached;
      expect((await app.post('/logout')).status).toBe(204);
      guard.open();
      expect((await answer).ok).toBe(false);
      expect(names).toEqual(['SESSION_ENDED']);
      await emptied(app.io, 0);
    });

    test.each(engineVersions)('closes a WebSocket of $name that is in a slow guard', async ({ websocket = '' }) => {
      const app = await loggedIn(start);
      await endsWebSocket(app, websocket);
    });

    test('closes a WebSocket of 0.9 that is in a slow guard', async () => {
      const app = await loggedIn(start);
      const [sid] = (await app.jar.text(app.url + legacy.polling)).split(':');
      await endsWebSocket(app, `/socket.io/1/websocket/${sid}`);
    });

    test('closes a WebSocket that is in a slow middleware of its namespace', async () => {
      const app = await loggedIn(start);
      const gate = new Gate();
      app.io.of('/chat').use((_socket, next) => void gate.pass(next));
      const ws = open(app, engineVersions[0]?.websocket as string);
      ws.once('message', () => ws.send('40/chat,'));
      await gate.reached;
      expect((await app.post('/logout')).status).toBe(204);
      gate.open();
      await gone(ws);
      expect(app.io.of('/chat').sockets.size).toBe(0);
    });
  });
}

async function loggedIn(start: () => Promise<LogoutApp>): Promise<LogoutApp> {
  const app = await start();
  await app.post('/login', { name: 'Ann' });
  return app;
}

/** Holds up all that passes until it is opened. */
class Gate {
  readonly reached: Promise<void>;
  open: () => void = () => {};
  readonly #opened: Promise<void>;
  #arrive: () => void = () => {};

  constructor() {
    this.#opened = new Promise((resolve) => {
      this.open = resolve;
    });
    this.reached = within(
      new Promise<void>((resolve) => {
        this.#arrive = resolve;
      }),
      'the guard to be reached',
    );
  }

  async pass(next: () => void): Promise<void> {
    this.#arrive();
    await this.#opened;
    next();
  }
}

function slowGuard(io: Server): Gate {
  const gate = new Gate();
  io.engine.use((_req, _res, next) => void gate.pass(next));
  return gate;
}

function open({ url, jar }: LogoutApp, target: string): WebSocket {
  const ws = new WebSocket(url.replace('http', 'ws') + target, { headers: jar.headers });
  onTestFinished(() => ws.terminate());
  ws.on('error', () => {});
  return ws;
}

async function endsWebSocket(app: LogoutApp, target: string): Promise<void> {
  const guard = slowGuard(app.io);
  const ws = open(app, target);
  await guard.reached;
  expect((await app.post('/logout')).status).toBe(204);
  guard.open();
  await gone(ws);
  await emptied(app.io, 0);
}

/** Resolves when it is closed; the server may have done so before its answer to the logout came. */
async function gone(ws: WebSocket): Promise<void> {
  if (ws.readyState === WebSocket.CLOSED) return;
  await within(new Promise((resolve) => ws.once('close', resolve)), 'the WebSocket to be closed');
}

function emptied(io: Server, count: number): Promise<void> {
  return until(() => io.engine.clientsCount === count);
}

async function until(condition: () => boolean): Promise<void> {
  const met = async () => {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  };
  await within(met(), 'the server to notice');
}

function dial(url: string): NetSocket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {}).resume();
  return socket;
}

function get(socket: NetSocket, target: string, cookie?: string): void {
  const lines = [`GET ${target} HTTP/1.1`, 'Host: 127.0.0.1', ...(cookie === undefined ? [] : [`Cookie: ${cookie}`])];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
}
