import { once } from 'node:events';
import type { ServerOptions, Socket } from '@sio/core';
import { expect } from 'vitest';
import { type Running, startServer } from '../server.js';
import { type Answer, fetchAnswer, PendingRequest, type RequestOptions } from './http.js';
import { RawWebSocket } from './raw-websocket.js';

const TEXT = { 'Content-Type': 'text/plain;charset=UTF-8' };

/** A raw client of Engine.IO 4 over long-polling. */
export class EngineSession {
  readonly server: Running;
  readonly sid: string;

  private constructor(server: Running, sid: string) {
    this.server = server;
    this.sid = sid;
  }

  static async open(server: Running, more = ''): Promise<EngineSession> {
    const { body } = await fetchAnswer(engineUrl(server, 'transport=polling', more));
    return new EngineSession(server, (JSON.parse(body.split('\x1e')[0]!.slice(1)) as { sid: string }).sid);
  }

  /** The same, and in the main namespace. */
  static async join(server: Running): Promise<EngineSession> {
    const session = await EngineSession.open(server);
    await session.post('40');
    expect(await session.#afterHeartbeats()).toMatch(/^40\{"sid":"[\w-]{20}"\}$/);
    return session;
  }

  /** The next packet that is not a heartbeat: on a busy machine a heartbeat can come first. */
  async #afterHeartbeats(): Promise<string> {
    for (;;) {
      const packets = (await this.read()).split('\x1e');
      const others = packets.filter((packet) => packet !== '2');
      if (others.length < packets.length) await this.post('3');
      if (others.length > 0) return others.join('\x1e');
    }
  }

  url(transport = 'polling', more = ''): string {
    return engineUrl(this.server, `transport=${transport}`, `&sid=${this.sid}${more}`);
  }

  /** A GET whose answer may take its time. */
  poll(options?: RequestOptions): PendingRequest {
    return new PendingRequest(this.url(), options);
  }

  async read(): Promise<string> {
    return (await this.poll().answer()).body;
  }

  post(body: string | Buffer, headers: RequestOptions['headers'] = {}): Promise<Answer> {
    return fetchAnswer(this.url(), { method: 'POST', body, headers: { ...TEXT, ...headers } });
  }

  webSocket(): Promise<RawWebSocket> {
    return RawWebSocket.open(this.url('websocket'));
  }

  /** The server's side. */
  get conn() {
    return this.server.io.engine.clients.get(this.sid);
  }

  async echoes(word = 'hello'): Promise<void> {
    expect(await this.post(`42["echo","${word}"]`)).toMatchObject({ status: 200, body: 'ok' });
    expect(await this.read()).toBe(`42["echo","${word}"]`);
  }
}

export function engineUrl({ url }: Running, query: string, more = ''): string {
  return `${url}/socket.io/?EIO=4&${query}${more}`;
}

/** A server that echoes, on the main namespace. */
export async function startEcho(options: ServerOptions = {}): Promise<Running> {
  const server = await startServer(options);
  server.io.on('connection', (socket: Socket) => {
    socket.on('echo', (...values: unknown[]) => socket.emit('echo', ...values));
  });
  return server;
}

/** A WebSocket that is in the main namespace. */
export async function joinByWebSocket(server: Running, more = ''): Promise<RawWebSocket> {
  const ws = await RawWebSocket.open(engineUrl(server, 'transport=websocket', more));
  expect(await ws.next()).toMatch(/^0\{"sid":/);
  ws.send('40');
  // On a busy machine the first heartbeat is early.
  let answer = await ws.next();
  for (; answer === '2'; answer = await ws.next()) ws.send('3');
  expect(answer).toMatch(/^40\{"sid":/);
  return ws;
}

/** Why a connection of the server's ends. */
export async function closeOf(server: Running, sid: string): Promise<[string, unknown]> {
  const conn = server.io.engine.clients.get(sid);
  if (conn === undefined) throw new Error('no such session');
  return (await once(conn, 'close')) as [string, unknown];
}

/** Somebody else on the same server, who must notice nothing. */
export async function bystander(server: Running): Promise<{ noticesNothing(): Promise<void> }> {
  const ws = await joinByWebSocket(server);
  let words = 0;
  return {
    async noticesNothing() {
      const word = `42["echo",${++words}]`;
      expect(await ws.send(word).next()).toBe(word);
    },
  };
}

/** Until a poll of the session waits for something to say. */
export async function held(session: EngineSession): Promise<void> {
  while (session.conn?.transport.writable !== true) await new Promise((resolve) => setImmediate(resolve));
}
