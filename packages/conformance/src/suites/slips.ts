import { connect, type Socket } from 'node:net';
import type { Server } from '@sio/core';
import { failOnStrayErrors, within } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ConnectMiddleware } from './serve.js';

/** An app with a middleware in front of the Socket.IO server. */
export interface SlipApp {
  readonly port: number;
  readonly io: Server;
}

/** Builds and starts an app that runs the middleware for every request. It ends with the test. */
export type ServeSlip = (middleware: ConnectMiddleware) => Promise<SlipApp>;

/** Requests with this header meet the slip; the others pass. */
const MARK = 'x-slip';

/** Mistakes of an application. Each calls `next()`, so that the request reaches the Socket.IO server all the same. */
const slips: Readonly<Record<string, ConnectMiddleware>> = {
  'answers and calls next()': (_req, res, next) => {
    // Koa begins with 404, which would look like a mount that no request reaches.
    res.statusCode = 200;
    res.end('mine');
    next();
  },
  'answers with a head of its own and calls next() later': (_req, res, next) => {
    res.writeHead(403, { 'content-type': 'text/plain' }).end('mine');
    setImmediate(next);
  },
  'flushes the headers': (_req, res, next) => {
    res.flushHeaders();
    next();
  },
  'writes the head': (_req, res, next) => {
    res.writeHead(200, { 'x-mine': 'yes' });
    next();
  },
  'writes a part of a body': (_req, res, next) => {
    res.write('mine');
    next();
  },
  'sets a status message with a line break': (_req, res, next) => {
    res.statusMessage = 'fine\r\nX-Injected: yes';
    next();
  },
  'sets a status message that is not Latin-1': (_req, res, next) => {
    res.statusMessage = 'Schön €';
    next();
  },
  'announces trailers': (_req, res, next) => {
    res.setHeader('Trailer', 'x-checksum');
    next();
  },
  'claims a wrong length and wants it checked': (_req, res, next) => {
    res.strictContentLength = true;
    res.setHeader('Content-Length', 1);
    next();
  },
  ...Object.fromEntries(
    [
      'setHeader',
      'writeHead',
      'write',
      'end',
      'on',
      'once',
      'getHeader',
      'removeHeader',
      'getHeaderNames',
      'destroy',
      'emit',
    ].map((name) => [`wraps ${name} with something that throws`, throwing(name)]),
  ),
  'makes the status read-only': (_req, res, next) => {
    Object.defineProperty(res, 'statusCode', { value: 202, writable: false });
    next();
  },
  'makes the status throw': (_req, res, next) => {
    const set = () => {
      throw new Error('a broken status');
    };
    Object.defineProperty(res, 'statusCode', { get: () => 202, set });
    next();
  },
  'makes its methods read-only': (_req, res, next) => {
    for (const name of ['setHeader', 'writeHead', 'write', 'end', 'emit', 'on'] as const)
      Object.defineProperty(res, name, { value: res[name], writable: false });
    next();
  },
  'wraps end with something that drops its data': (_req, res, next) => {
    const { end } = res;
    Object.assign(res, { end: () => Reflect.apply(end, res, []) });
    next();
  },
  'wraps write with something that drops its data': (_req, res, next) => {
    Object.assign(res, { write: () => true });
    next();
  },
  'destroys the response': (_req, res, next) => {
    res.destroy();
    next();
  },
  'destroys the request': (req, _res, next) => {
    req.destroy();
    next();
  },
  'calls next() twice': (_req, _res, next) => {
    next();
    next();
  },
};

function throwing(name: string): ConnectMiddleware {
  return (_req, res, next) => {
    Object.assign(res, {
      [name]: () => {
        throw new Error(`a broken ${name}`);
      },
    });
    next();
  };
}

/** One request of a client, after whatever it needs to be a request of a connection. */
interface Way {
  readonly title: string;
  send(client: Client): Promise<Ending>;
}

/** How a request ended: with a status, or, without one, with the connection. */
interface Ending {
  readonly status: number | undefined;
}

const POLL4 = '/socket.io/?EIO=4&transport=polling';
const POLL3 = '/socket.io/?EIO=3&transport=polling';

const ways: readonly Way[] = [
  { title: 'a handshake', send: (client) => client.ask(`GET ${POLL4}`) },
  { title: 'a handshake of Engine.IO 3', send: (client) => client.ask(`GET ${POLL3}`) },
  {
    title: 'a poll that is answered at once',
    async send(client) {
      const path = await client.session();
      await client.ask(`POST ${path}`, { body: '40', slip: false });
      return client.ask(`GET ${path}`);
    },
  },
  {
    title: 'a poll that waits',
    async send(client) {
      const path = await client.session();
      const poll = client.ask(`GET ${path}`);
      await client.ask(`POST ${path}`, { body: '40', slip: false });
      return poll;
    },
  },
  {
    title: 'a POST',
    async send(client) {
      return client.ask(`POST ${await client.session()}`, { body: '40' });
    },
  },
  { title: 'a handshake of 0.9', send: (client) => client.ask('GET /socket.io/1/?t=1') },
  {
    title: 'a poll of 0.9',
    async send(client) {
      return client.ask(`GET /socket.io/1/xhr-polling/${await client.legacySession()}`);
    },
  },
  {
    title: 'a POST of 0.9',
    async send(client) {
      return client.ask(`POST /socket.io/1/xhr-polling/${await client.legacySession()}`, { body: '2::' });
    },
  },
  {
    title: 'a stream of 0.9',
    async send(client) {
      return client.ask(`GET /socket.io/1/htmlfile/${await client.legacySession()}`);
    },
  },
  {
    title: 'a WebSocket',
    send: (client) => client.ask(`GET ${POLL4.replace('polling', 'websocket')}`, { upgrade: true }),
  },
  {
    title: 'a WebSocket of 0.9',
    async send(client) {
      return client.ask(`GET /socket.io/1/websocket/${await client.legacySession()}`, { upgrade: true });
    },
  },
  {
    title: 'an upgrade',
    async send(client) {
      const path = await client.session();
      return client.ask(`GET ${path.replace('polling', 'websocket')}`, { upgrade: true });
    },
  },
  {
    title: 'a refused WebSocket',
    send: (client) => client.ask('GET /socket.io/?EIO=9&transport=websocket', { upgrade: true }),
  },
  { title: 'a preflight', send: (client) => client.ask(`OPTIONS ${POLL4}`) },
  { title: 'the client’s script', send: (client) => client.ask('GET /socket.io/socket.io.js') },
];

interface AskOptions {
  readonly body?: string;
  readonly slip?: boolean;
  readonly upgrade?: boolean;
}

/** Sends requests byte by byte, each on a connection of its own. */
class Client {
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** The path of a new polling session. */
  async session(): Promise<string> {
    const { text } = await this.#exchange(`GET ${POLL4}`, { slip: false });
    return `${POLL4}&sid=${/"sid":"([\w-]+)/.exec(text)?.[1]}`;
  }

  async legacySession(): Promise<string> {
    const { text } = await this.#exchange('GET /socket.io/1/?t=1', { slip: false });
    return /\r\n\r\n(?:[0-9a-f]+\r\n)?([\w-]+):/.exec(text)?.[1] ?? 'none';
  }

  ask(line: string, options: AskOptions = {}): Promise<Ending> {
    return within(this.#exchange(line, options), `an end of ${line}`);
  }

  async #exchange(line: string, { body, slip = true, upgrade = false }: AskOptions) {
    const socket = connect(this.#port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const head = [`${line} HTTP/1.1`, 'Host: localhost'];
    if (slip) head.push(`${MARK}: 1`);
    if (body !== undefined) head.push('Content-Type: text/plain', `Content-Length: ${body.length}`);
    if (upgrade) {
      head.push('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13');
      head.push('Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==');
    }
    socket.write(`${head.join('\r\n')}\r\n\r\n${body ?? ''}`);
    const text = await wholeAnswer(socket);
    socket.destroy();
    const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1];
    return { text, status: status === undefined ? undefined : Number(status) };
  }
}

/** Reads until an answer is whole, a stream has begun, a WebSocket is open or the connection is over. */
function wholeAnswer(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    socket.on('data', (chunk) => {
      text += chunk;
      if (isWhole(text)) resolve(text);
    });
  });
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const head = text.slice(0, end);
  if (head.startsWith('HTTP/1.1 101')) return true;
  const length = /content-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return text.length - end - 4 >= Number(length);
  return text.endsWith('0\r\n\r\n') || text.includes('<script>');
}

/** Declares the tests of what an application's slips in front of the Socket.IO server may do: never end the process. */
export function slipSuite(serve: ServeSlip): void {
  describe('an application’s slip', () => {
    failOnStrayErrors();

    test.each(Object.entries(slips))('that %s costs at most the request', async (_title, slip) => {
      const { port, io } = await serve((req, res, next) =>
        req.headers[MARK] === undefined ? next() : slip(req, res, next),
      );
      const reports: unknown[] = [];
      io.on('handler_error', (error: unknown) => reports.push(error));
      const client = new Client(port);
      for (const { title, send } of ways) {
        reports.length = 0;
        const { status } = await send(client);
        // The turn after the answer may fail as well.
        await new Promise((resolve) => setImmediate(resolve));
        expect(reports.length, `reports of ${title}: ${reports.join()}`).toBeLessThanOrEqual(1);
        if (status !== undefined) expect(status, title).toBeGreaterThan(100);
        expect(await client.ask(`GET ${POLL4}`, { slip: false }), `a handshake after ${title}`).toEqual(
          expect.objectContaining({ status: 200 }),
        );
      }
      // Nothing is left to be told at the end.
      io.engine.close();
    });
  });
}
