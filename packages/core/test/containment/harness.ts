import { createServer, type Server as HttpServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { type Namespaces, Server, type ServerOptions, type Socket, socketio } from '@sio/core';
import { type ClientKind, everyProtocolVersion, listen, TestClient, within } from '@sio/test-kit';
import { onTestFinished } from 'vitest';
import type { Failure } from './failures.js';

/** The setup that a place needs. */
export interface Setting {
  readonly options?: ServerOptions;
  readonly namespaces?: Namespaces;
  setUp?(io: Server): void;
}

/** A server with code that fails, those who provoke it, and some who have nothing to do with it. */
export class Harness {
  readonly io: Server;
  readonly url: string;
  /** The errors that reached the logger. */
  readonly reports: unknown[][];
  /** Everything the server has written to anybody. */
  readonly written: string[];
  readonly failure: Failure;
  /** Ends what waits for a decision. */
  readonly closers: (() => void)[] = [];
  readonly #witnesses: readonly TestClient[];
  readonly #calls: (() => void)[];

  private constructor(
    io: Server,
    url: string,
    reports: unknown[][],
    written: string[],
    witnesses: readonly TestClient[],
    failure: Failure,
    calls: (() => void)[],
  ) {
    this.#calls = calls;
    this.io = io;
    this.failure = failure;
    this.url = url;
    this.reports = reports;
    this.written = written;
    this.#witnesses = witnesses;
  }

  /** @param settingOf gets the code that fails */
  static async open(failure: Failure, settingOf: (fail: Failure['fail']) => Setting): Promise<Harness> {
    const calls: (() => void)[] = [];
    const { options, namespaces, setUp } = settingOf((answer) => {
      for (const called of calls.splice(0)) called();
      return failure.fail(answer);
    });
    const reports: unknown[][] = [];
    const written: string[] = [];
    const nothing = () => {};
    const logger = {
      error: (...what: unknown[]) => void reports.push(what),
      warn: nothing,
      info: nothing,
      debug: nothing,
    };
    // Where a decision never comes, this is waited for.
    const haste = failure.outcome === 'undecided' ? { handshakeTimeout: 100 } : {};
    const all = { logger, connectTimeout: 2000, ...haste, ...options };
    const http = createServer();
    overhear(http, written);
    const io = namespaces === undefined ? new Server(http, all) : socketio(namespaces, all).attach(http).io;
    io.on('connection', (socket: Socket) => socket.on('echo', (value: unknown, ack) => ack(value)));
    const url = await listen(http);
    onTestFinished(() => io.close());
    const witnesses = everyProtocolVersion.map((kind) => new TestClient(kind, 'websocket only', url));
    await Promise.all(witnesses.map((bystander) => bystander.connected()));
    setUp?.(io);
    return new Harness(io, url, reports, written, witnesses, failure, calls);
  }

  /** Resolves when the code that fails is called the next time. */
  get called(): Promise<void> {
    return within(new Promise((resolve) => this.#calls.push(resolve)), 'the code to be called');
  }

  client(kind: ClientKind, namespace = '/', options: object = {}): TestClient {
    return new TestClient(kind, 'websocket only', `${this.url}${namespace === '/' ? '' : namespace}`, options);
  }

  /** Uninvolved clients of every protocol version go on as before. */
  async othersGoOn(): Promise<void> {
    const answers = await Promise.all(this.#witnesses.map((bystander) => bystander.ask('echo', 'still here')));
    for (const [answer] of answers) if (answer !== 'still here') throw new Error(`others were told ${String(answer)}`);
  }

  /** The client's answer for an event: the acknowledgement, or nothing if later events are answered and this is not. */
  async answerOf(client: TestClient, event: string, ...args: unknown[]): Promise<unknown> {
    let answer: unknown = 'no answer';
    client.socket.emit(event, ...args, (...answers: unknown[]) => {
      answer = answers;
    });
    // Whatever is answered asynchronously is so before what comes after the answer to something else.
    await client.ask('echo', 1);
    await client.ask('echo', 2);
    return answer;
  }

  /** Resolves when the server has no connections but those of the ones who watch. */
  async emptied(): Promise<void> {
    const { engine } = this.io;
    const left = async () => {
      while (engine.clientsCount > this.#witnesses.length) await new Promise((resolve) => setImmediate(resolve));
    };
    await within(left(), 'the others to be gone');
  }
}

function overhear(http: HttpServer, written: string[]): void {
  http.on('connection', (socket: NetSocket) => {
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    socket.write = (...args: unknown[]) => {
      written.push(String(args[0]));
      return write(...args);
    };
  });
}
