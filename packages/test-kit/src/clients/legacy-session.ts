import { once } from 'node:events';
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { Server, ServerOptions, Socket } from '@sio/core';
import { onTestFinished } from 'vitest';
import { RawTcpClient } from '../raw-tcp.js';
import { startServer } from '../server.js';
import { within } from '../support/within.js';
import { type Answer, fetchAnswer, legacySessionId, PendingRequest, type RequestOptions } from './http.js';
import { RawWebSocket } from './raw-websocket.js';

/** A raw client of Socket.IO 0.9 after its handshake. */
export class LegacySession {
  readonly sid: string;
  readonly #base: string;
  readonly #query: string;

  constructor(base: string, sid: string, query: string) {
    this.#base = base;
    this.sid = sid;
    this.#query = query;
  }

  static async shake(url: string, query = ''): Promise<LegacySession> {
    const answer = await fetchAnswer(`${url}/socket.io/1/?t=1${query}`);
    return new LegacySession(`${url}/socket.io/1`, legacySessionId(answer.body), query);
  }

  url(transport: string, query = ''): string {
    return `${this.#base}/${transport}/${this.sid}?t=1${this.#query}${query}`;
  }

  /** A GET whose answer may take its time. */
  poll(transport = 'xhr-polling', options?: RequestOptions, query = ''): PendingRequest {
    return new PendingRequest(this.url(transport, query), options);
  }

  /** The payload of the next answer to a GET. */
  async read(): Promise<string> {
    return (await this.poll().answer()).body;
  }

  post(body: string | Buffer, transport = 'xhr-polling', headers: RequestOptions['headers'] = {}): Promise<Answer> {
    const type = { 'Content-Type': 'text/plain;charset=UTF-8', ...headers };
    return fetchAnswer(this.url(transport), { method: 'POST', body, headers: type });
  }

  /** Sends as a JSONP client does with its hidden form. */
  postForm(payload: string): Promise<Answer> {
    return fetchAnswer(this.url('jsonp-polling', '&i=0'), {
      method: 'POST',
      body: new URLSearchParams({ d: JSON.stringify(payload) }).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
  }

  socket(transport = 'websocket'): Promise<RawWebSocket> {
    return RawWebSocket.open(this.url(transport));
  }

  stream(transport: string, headers: RequestOptions['headers'] = {}): Promise<LegacyStream> {
    return LegacyStream.open(this.url(transport), headers);
  }
}

/** An answer that never ends, chunk by chunk as the server wrote it. */
export class LegacyStream {
  readonly headers: IncomingHttpHeaders;
  readonly #request: ClientRequest;
  readonly #response: IncomingMessage;
  text = '';

  private constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request;
    this.#response = response;
    this.headers = response.headers;
    response.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
    });
    response.on('error', () => {});
  }

  static async open(url: string, headers: RequestOptions['headers'] = {}): Promise<LegacyStream> {
    const req = request(url, { agent: false, headers: headers as Record<string, string> });
    req.on('error', () => {});
    onTestFinished(() => void req.destroy());
    req.end();
    const [response] = (await within(once(req, 'response'), `an answer from ${url}`)) as [IncomingMessage];
    return new LegacyStream(req, response);
  }

  /** Everything received, once `part` ends what came behind the first `skip` characters. */
  until(part: string, skip = 0): Promise<string> {
    return this.#arrived(() => this.text.slice(skip).endsWith(part), part);
  }

  /** Everything received, once it contains `part`. */
  includes(part: string): Promise<string> {
    return this.#arrived(() => this.text.includes(part), part);
  }

  #arrived(there: () => boolean, part: string): Promise<string> {
    const arrived = async () => {
      while (!there()) await once(this.#response, 'data');
      return this.text;
    };
    return within(arrived(), `${JSON.stringify(part)} in ${JSON.stringify(this.text.slice(-200))}`);
  }

  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  async ended(): Promise<string> {
    if (!this.#response.closed) await within(once(this.#response, 'close'), 'the stream to end');
    return this.text;
  }

  abort(): void {
    this.#request.destroy();
  }
}

/** A server, and the first socket that gets into its main namespace. */
export async function startWithSocket(options: ServerOptions = {}) {
  const running = await startServer(options);
  const socket = new Promise<Socket>((resolve) => running.io.once('connection', resolve));
  return { ...running, socket };
}

/** The next `count` events that any socket of the main namespace gets. */
export function heard(io: Server, event: string): Promise<unknown[]> {
  return new Promise((resolve) => {
    io.on('connection', (socket) => socket.once(event, (...args: unknown[]) => resolve(args)));
  });
}

/** A session whose long poll has brought `1::`. */
export async function legacyPolling(url: string, query = ''): Promise<LegacySession> {
  const session = await LegacySession.shake(url, query);
  const first = await session.read();
  if (first !== '1::') throw new Error(`1:: expected, not ${first}`);
  return session;
}

/** A session on a WebSocket that has brought `1::`. */
export async function legacyWebSocket(url: string, query = ''): Promise<{ session: LegacySession; ws: RawWebSocket }> {
  const session = await LegacySession.shake(url, query);
  const ws = await session.socket();
  const first = await ws.next();
  if (first !== '1::') throw new Error(`1:: expected, not ${first}`);
  return { session, ws };
}

/** Everything that the server sends for a request and until it closes, as bytes in Latin-1, but without its `Date`. */
export async function bytesOf(port: number, ...lines: string[]): Promise<string> {
  const client = new RawTcpClient(port).send(...lines);
  const text = await within(client.closed(), 'the connection to close');
  return text.replace(/^Date: .*\r\n/m, '');
}
