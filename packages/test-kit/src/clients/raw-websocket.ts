import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { Inbox } from '../support/inbox.js';
import { within } from '../support/within.js';
import type { Answer } from './http.js';

/** A WebSocket whose frames can be awaited: text as strings, binary as buffers. */
export class RawWebSocket {
  readonly ws: WebSocket;
  readonly frames = new Inbox<string | Buffer>('frames');
  /** Headers of the 101. */
  readonly headers: IncomingHttpHeaders;
  readonly #closed: Promise<number>;

  private constructor(ws: WebSocket, headers: IncomingHttpHeaders, closed: Promise<number>) {
    this.ws = ws;
    this.headers = headers;
    this.#closed = closed;
  }

  /** @param url with scheme `http` or `ws` @throws Error when the upgrade is refused */
  static async open(url: string, options: ClientOptions = {}): Promise<RawWebSocket> {
    const ws = dial(url, options);
    let headers: IncomingHttpHeaders = {};
    ws.once('upgrade', (response) => {
      headers = response.headers;
    });
    const early: [Buffer, boolean][] = [];
    const keep = (data: Buffer, binary: boolean) => void early.push([data, binary]);
    ws.on('message', keep);
    const closed = new Promise<number>((resolve) => ws.once('close', resolve));
    const opened = new Promise<void>((resolve, reject) => {
      ws.once('open', resolve);
      ws.once('error', reject);
    });
    await within(opened, `a WebSocket to ${url}`);
    const raw = new RawWebSocket(ws, headers, closed);
    for (const [data, binary] of early) raw.#take(data, binary);
    ws.off('message', keep).on('message', (data, binary) => raw.#take(data as Buffer, binary));
    void closed.then((code) => raw.frames.end(`the WebSocket was closed with ${code}`));
    return raw;
  }

  #take(data: Buffer, binary: boolean): void {
    this.frames.push(binary ? data : data.toString());
  }

  send(...frames: (string | Uint8Array)[]): this {
    for (const frame of frames) this.ws.send(frame);
    return this;
  }

  next(): Promise<string | Buffer> {
    return this.frames.next();
  }

  /** The code with which the server closed; 1005 stands for none, 1006 for a connection that broke. */
  closed(): Promise<number> {
    return within(this.#closed, 'the WebSocket to close');
  }

  close(): void {
    this.ws.close();
  }
}

/** The plain HTTP answer that an upgrade gets instead of a 101. @throws Error when it is accepted */
export async function refusedUpgrade(url: string, options: ClientOptions = {}): Promise<Answer> {
  const ws = dial(url, options);
  const refusal = new Promise<IncomingMessage>((resolve, reject) => {
    ws.once('unexpected-response', (_, response) => resolve(response));
    ws.once('open', () => reject(new Error('The upgrade was accepted')));
    ws.on('error', reject);
  });
  const response = await within(refusal, `the upgrade of ${url} to be refused`);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return { status: response.statusCode ?? 0, headers: response.headers, bytes, body: bytes.toString() };
}

function dial(url: string, options: ClientOptions): WebSocket {
  const defaults: ClientOptions = { perMessageDeflate: false, rejectUnauthorized: false };
  const ws = new WebSocket(url.replace(/^http/, 'ws'), { ...defaults, ...options });
  ws.on('error', () => {});
  onTestFinished(() => ws.terminate());
  return ws;
}
