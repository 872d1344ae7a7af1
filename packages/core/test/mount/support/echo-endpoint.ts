import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Endpoint, type Exchange, HANDLED, NEXT, type Outcome, type Reply } from '../../../src/mount.js';

/** An endpoint whose WebSockets echo, and whose requests say what arrived. */
export class EchoEndpoint implements Endpoint {
  readonly path: string;
  /** Every exchange that got here. */
  readonly exchanges: Exchange[] = [];
  /** The body of each exchange, as it was when it got here. */
  readonly bodies: unknown[] = [];
  readonly sockets: WebSocket[] = [];
  /** How answers fared, in order. */
  readonly settled: boolean[] = [];
  /** Replaces the ordinary answer. */
  answer: ((exchange: Exchange) => Outcome | Promise<Outcome> | undefined) | undefined;
  readonly #webSockets = new WebSocketServer({ noServer: true });

  constructor(path = '/socket.io') {
    this.path = path;
  }

  claims(path: string): boolean {
    return path === this.path || path.startsWith(`${this.path}/`);
  }

  handle(exchange: Exchange): Outcome | Promise<Outcome> {
    this.exchanges.push(exchange);
    this.bodies.push(exchange.body);
    exchange.done((sent) => this.settled.push(sent));
    const special = this.answer?.(exchange);
    if (special !== undefined) return special;
    if (exchange.upgrade) return { status: 101, headers: {}, body: '' };
    if (exchange.path.endsWith('/stranger')) return NEXT;
    if (exchange.query.includes('hold')) return this.#hold(exchange);
    return text(200, `${exchange.req.method} ${exchange.path} ${exchange.query}`);
  }

  accept(exchange: Exchange, socket: Duplex, head: Buffer, lines: readonly string[]): void {
    this.#webSockets.once('headers', (headers) => headers.push(...lines));
    this.#webSockets.handleUpgrade(exchange.req, socket, head, (ws) => {
      this.sockets.push(ws);
      ws.on('error', () => {});
      ws.on('message', (data, binary) => ws.send(data, { binary }));
    });
  }

  close(): void {
    for (const ws of this.sockets) ws.terminate();
  }

  #hold(exchange: Exchange): typeof HANDLED {
    exchange.take();
    this.release = () => {
      exchange.res.writeHead(200, { 'Content-Type': 'text/plain' });
      exchange.res.end('released');
    };
    this.onHeld?.();
    return HANDLED;
  }

  /** Answers the poll that is held. */
  release: () => void = () => {};
  onHeld: (() => void) | undefined;
}

export function text(status: number, body: string): Reply {
  return { status, headers: { 'Content-Type': 'text/plain' }, body };
}
