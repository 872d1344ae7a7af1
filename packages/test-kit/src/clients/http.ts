import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { onTestFinished } from 'vitest';
import { within } from '../support/within.js';

/** A whole answer to an HTTP request. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** The body as UTF-8. */
  readonly body: string;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** An HTTP request under way, on a TCP connection of its own. */
export class PendingRequest {
  readonly request: http.ClientRequest;
  readonly #answer: Promise<Answer>;
  readonly #what: string;
  #settled = false;

  constructor(url: string, { method = 'GET', headers = {}, body }: RequestOptions = {}) {
    const client = url.startsWith('https:') ? https : http;
    this.#what = `the answer to ${method} ${url}`;
    this.request = client.request(url, { method, headers, agent: false, rejectUnauthorized: false });
    this.#answer = new Promise((resolve, reject) => {
      this.request.on('response', (response) => collect(response).then(resolve, reject));
      this.request.on('error', reject);
    });
    this.#answer.then(
      () => this.#settle(),
      () => this.#settle(),
    );
    onTestFinished(() => void this.request.destroy());
    this.request.end(body);
  }

  #settle(): void {
    this.#settled = true;
  }

  /** Whether an answer, or a failure, has already come. */
  get settled(): boolean {
    return this.#settled;
  }

  /** @throws Error when the connection ends without an answer, or none comes */
  answer(): Promise<Answer> {
    return within(this.#answer, this.#what);
  }

  /** Cuts the TCP connection. */
  abort(): void {
    this.request.destroy();
  }
}

async function collect(response: http.IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return { status: response.statusCode ?? 0, headers: response.headers, bytes, body: bytes.toString() };
}

/** Sends a request and waits for its answer. */
export function fetchAnswer(url: string, options?: RequestOptions): Promise<Answer> {
  return new PendingRequest(url, options).answer();
}

/** The id of a session of 0.9, from the answer to its handshake: `sid=<id>:15:25:websocket,…`. */
export function legacySessionId(body: string): string {
  return (body.split(':')[0] as string).replace(/^sid=/, '');
}
