import { once } from 'node:events';
import http from 'node:http';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { listenOnPort } from './support/listen.js';

/** Serves a request listener on a free port until the test is over. */
export async function serve(listener: http.RequestListener): Promise<{ server: http.Server; port: number }> {
  const server = http.createServer(listener);
  return { server, port: await listenOnPort(server) };
}

/** A TCP connection that collects what it is sent as text. */
export class RawTcpClient {
  readonly socket: Socket;
  text = '';

  constructor(port: number, options: { allowHalfOpen?: boolean } = {}) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: options.allowHalfOpen ?? false });
    this.socket.on('data', (chunk) => {
      this.text += chunk.toString('latin1');
    });
    this.socket.on('error', () => {});
    onTestFinished(() => void this.socket.destroy());
  }

  send(...lines: string[]): this {
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return this;
  }

  async closed(): Promise<string> {
    if (!this.socket.closed) await once(this.socket, 'close');
    return this.text;
  }

  /** Resolves with everything received once it contains `part`. */
  async until(part: string): Promise<string> {
    while (!this.text.includes(part)) {
      if (this.socket.closed) throw new Error(`closed before ${part}: ${this.text}`);
      await this.#more();
    }
    return this.text;
  }

  /** Resolves when something has come, or nothing will. */
  #more(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.socket.off('data', done).off('close', done);
        resolve();
      };
      this.socket.on('data', done).on('close', done);
    });
  }
}

export function upgradeLines(path: string, ...more: string[]): string[] {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...more,
  ];
}

/** A WebSocket that is open, and the header of the 101 that opened it. */
export async function open(
  url: string,
  options: ClientOptions = {},
): Promise<{ ws: WebSocket; head: http.IncomingMessage }> {
  const ws = new WebSocket(url, options);
  onTestFinished(() => ws.terminate());
  let head: http.IncomingMessage | undefined;
  ws.once('upgrade', (response) => {
    head = response;
  });
  await once(ws, 'open');
  return { ws, head: head! };
}

/** Sends a message over a WebSocket and resolves with the next one that arrives. */
export async function echo(ws: WebSocket, message: string): Promise<string> {
  ws.send(message);
  const [data] = await once(ws, 'message');
  return String(data);
}

/** The HTTP answer that a WebSocket client gets instead of a 101. */
export async function refusal(
  url: string,
  options: ClientOptions = {},
): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }> {
  const ws = new WebSocket(url, options);
  ws.on('error', () => {});
  onTestFinished(() => ws.terminate());
  const [, response] = (await once(ws, 'unexpected-response')) as [unknown, http.IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode!, headers: response.headers, body };
}
