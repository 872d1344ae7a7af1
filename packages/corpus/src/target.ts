import http from 'node:http';
import net from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';
import type { Generation } from './attack.js';
import { Wire } from './wire.js';

/** What is known of an HTTP answer. */
export interface Answer {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** Longer (ms) takes no answer that anybody waits for. */
export const PATIENCE = 3000;

/** The server under attack. */
export class Target {
  readonly url: URL;
  /** Of the Socket.IO server, with slashes around it. */
  readonly path: string;

  /** @param url of the server, such as `http://localhost:3000` @param path where its Socket.IO is */
  constructor(url: string, path = '/socket.io/') {
    this.url = new URL(url);
    this.path = path;
  }

  /** Path and query of a handshake. */
  handshake(generation: Generation, transport = 'polling', more = ''): string {
    if (generation === '0.9') return `${this.path}1/?t=1${more}`;
    return `${this.path}?EIO=${generation === 'eio4' ? 4 : 3}&transport=${transport}${more}`;
  }

  request(path: string, options: http.RequestOptions & { body?: string | Buffer } = {}): Promise<Answer> {
    const { body, ...rest } = options;
    return new Promise((resolve) => {
      const gone = () => resolve({ status: 0, headers: {}, body: '' });
      const target = { host: this.url.hostname, port: this.url.port, path, agent: false as const };
      const request = http.request({ ...target, ...rest }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
        response.on('error', gone);
      });
      request.setTimeout(PATIENCE, () => request.destroy());
      request.on('error', gone);
      request.end(body);
    });
  }

  /** The session id of a new connection over polling. */
  async session(generation: Generation): Promise<string> {
    const { body, status } = await this.request(this.handshake(generation));
    const sid = generation === '0.9' ? body.split(':')[0] : /"sid":"([^"]+)"/.exec(body)?.[1];
    if (status !== 200 || sid === undefined) throw new Error(`no session: ${status} ${body.slice(0, 100)}`);
    return sid;
  }

  /** A WebSocket that is open, or what the server said instead. */
  webSocket(path: string, options: ClientOptions = {}): Promise<Wire | number> {
    const ws = new WebSocket(`ws://${this.url.host}${path}`, { perMessageDeflate: false, ...options });
    const wire = new Wire(ws);
    return new Promise((resolve) => {
      ws.once('open', () => resolve(wire));
      ws.once('unexpected-response', (_, { statusCode = 0 }) => {
        resolve(statusCode);
        ws.terminate();
      });
      ws.once('error', () => resolve(0));
    });
  }

  /** A WebSocket of a new connection, not yet in any namespace. */
  async connect(generation: Generation, options: ClientOptions = {}): Promise<Wire> {
    const path =
      generation === '0.9'
        ? `${this.path}1/websocket/${await this.session('0.9')}`
        : this.handshake(generation, 'websocket');
    const wire = await this.webSocket(path, options);
    if (typeof wire === 'number') throw new Error(`a WebSocket was refused with ${wire}`);
    return wire;
  }

  /** A WebSocket that is in the main namespace. */
  async join(generation: Generation, auth = ''): Promise<Wire> {
    const wire = await this.connect(generation);
    if (generation === 'eio4') {
      await wire.until(/^0\{/);
      wire.send(`40${auth}`);
    }
    await wire.until(generation === '0.9' ? /^1::/ : /^40/);
    return wire;
  }

  /** A TCP connection that has sent some bytes. */
  tcp(bytes: string | Buffer): net.Socket {
    const socket = net.connect({ host: this.url.hostname, port: Number(this.url.port) });
    socket.on('error', () => {});
    socket.write(bytes);
    return socket;
  }

  /** Lines of an upgrade request. */
  upgrade(path: string, headers: readonly string[] = []): string {
    return [
      `GET ${path} HTTP/1.1`,
      `Host: ${this.url.host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
      '\r\n',
    ].join('\r\n');
  }

  /** Whether somebody who has nothing to do with it is served within the time that people wait. */
  async isAlive(): Promise<boolean> {
    const began = performance.now();
    try {
      const wire = await this.join('eio4');
      wire.end();
      return performance.now() - began < PATIENCE;
    } catch {
      return false;
    }
  }
}
