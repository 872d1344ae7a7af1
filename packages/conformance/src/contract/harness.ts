import type { ClientKind, Mode } from '@sio/test-kit';
import {
  type Answer,
  addHeaders,
  fetchAnswer,
  PendingRequest,
  RawWebSocket,
  type RequestOptions,
  refusedUpgrade,
  TestClient,
  within,
} from '@sio/test-kit';
import { expect, onTestFinished } from 'vitest';
import { contractNamespaces, type Framework, Probe } from './namespaces.js';
import type { Mount, Setup, Started, StartServer } from './setup.js';

/** Wishes of a case for its app. */
export interface Wishes {
  /** Where the mounts are, if not at the root alone; each serves the same namespaces. */
  readonly prefixes?: readonly [Mount['prefix'], ...Mount['prefix'][]];
  readonly options?: Mount['options'];
  readonly guard?: Setup['guard'];
  readonly session?: boolean;
  readonly bodyParsers?: boolean;
  readonly tls?: Setup['tls'];
}

interface ClientOptions {
  readonly extraHeaders?: Readonly<Record<string, string>>;
  readonly [option: string]: unknown;
}

/** Where a case plays: starts the app, and clients of one kind that reach it in one way. */
export class Harness {
  readonly mode: Mode;
  readonly kind: ClientKind;
  readonly #start: StartServer;
  readonly #framework: Framework;

  constructor(start: StartServer, framework: Framework, kind: ClientKind, mode: Mode) {
    this.#start = start;
    this.#framework = framework;
    this.kind = kind;
    this.mode = mode;
  }

  /** Starts the app. It is closed after the test. */
  async open(wishes: Wishes = {}): Promise<Play> {
    const probe = new Probe();
    const namespaces = contractNamespaces(this.#framework, probe);
    const { prefixes = [''], options = {} } = wishes;
    const mounts = prefixes.map((prefix) => ({ prefix, namespaces, options })) as [Mount, ...Mount[]];
    const { guard, session = false, bodyParsers = false, tls } = wishes;
    const started = await this.#start({ mounts, guard, session, bodyParsers, tls });
    return new Play(this, started, probe);
  }
}

/** A case under way. */
export class Play {
  readonly probe: Probe;
  readonly started: Started;
  readonly #harness: Harness;
  #closing: Promise<unknown> | undefined = undefined;

  constructor(harness: Harness, started: Started, probe: Probe) {
    this.#harness = harness;
    this.started = started;
    this.probe = probe;
    onTestFinished(async () => {
      await this.close();
    });
  }

  /** Ends the app as its people would. @throws Error when that takes too long */
  close(): Promise<unknown> {
    this.#closing ??= within(Promise.resolve(this.started.close()), 'the app to close');
    return this.#closing;
  }

  /** A client on its way to a namespace. */
  client(namespace = '/', options: object = {}): TestClient {
    const { kind, mode } = this.#harness;
    return new TestClient(kind, mode, this.started.url + namespace, { rejectUnauthorized: false, ...options });
  }

  /** A client that has arrived. */
  async connected(namespace = '/', options: ClientOptions = {}): Promise<TestClient> {
    const { kind, mode } = this.#harness;
    const { extraHeaders } = options;
    if (kind.generation.headers || extraHeaders === undefined) return this.client(namespace, options).connected();
    const url = await addHeaders(this.started.url, extraHeaders);
    return new TestClient(kind, mode, url + namespace, options).connected();
  }

  fetch(path: string, options?: RequestOptions): Promise<Answer> {
    return fetchAnswer(this.started.url + path, options);
  }

  request(path: string, options?: RequestOptions): PendingRequest {
    return new PendingRequest(this.started.url + path, options);
  }

  websocket(path: string, headers: Record<string, string> = {}): Promise<RawWebSocket> {
    return RawWebSocket.open(this.started.url + path, { headers });
  }

  refusedUpgrade(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return refusedUpgrade(this.started.url + path, { headers });
  }

  /** Resolves when a poll of the connection is waiting on the server. */
  async polled(sid: string): Promise<void> {
    const conn = this.started.io.engine.clients.get(sid);
    await expect.poll(() => conn?.transport.writable, { interval: 5 }).toBe(true);
  }

  /** Resolves when the server has no connection left. */
  async deserted(): Promise<void> {
    await expect.poll(() => this.started.io.engine.clientsCount, { interval: 5 }).toBe(0);
  }
}

/** First requests of a client, below the mount. */
export const handshakes = {
  polling: '/socket.io/?EIO=4&transport=polling',
  websocket: '/socket.io/?EIO=4&transport=websocket',
} as const;
