/**
 * The primary of `node:cluster` as the broker of its workers, without a further program; or only as a way to forward requests between them,
 * beside another broker.
 *
 * @module
 */
import cluster, { type Worker } from 'node:cluster';
import { randomBytes } from 'node:crypto';
import type { ClusterEngine, EngineEvents, EngineLink } from './engine/engine.js';

/** Tells our messages from those of the application. */
const SOURCE = '_sio_cluster';
/** The name of a variable that the primary sets for its workers. */
const PRIMARY = 'sio_cluster_primary';

/** A message for when a worker ends. */
interface Will {
  readonly topic: string;
  /** Empty: none any more. */
  readonly payload: Uint8Array;
}

interface Wish {
  readonly source: typeof SOURCE;
  readonly topic: string;
  /** Of what is to be confirmed; of the link, for a will. */
  readonly id: number;
}

type Request =
  | (Wish & { readonly op: 'subscribe' | 'unsubscribe' })
  | (Wish & Will & { readonly op: 'publish' | 'will' });

type Notice =
  | { readonly source: typeof SOURCE; readonly op: 'message'; readonly topic: string; readonly payload: Uint8Array }
  | { readonly source: typeof SOURCE; readonly op: 'done'; readonly id: number };

// ---- the primary ----

/** Topics with the workers that subscribe to them, and messages for when a worker ends. */
class Exchange {
  readonly #topics = new Map<string, Set<Worker>>();
  readonly #wills = new Map<Worker, Map<number, Will>>();

  take(worker: Worker, request: Request): void {
    const { op, topic, id } = request;
    if (op === 'publish') return this.#publish(topic, request.payload);
    if (op === 'will') return this.#keepWill(worker, id, request);
    if (op === 'subscribe') this.#topics.set(topic, (this.#topics.get(topic) ?? new Set()).add(worker));
    else this.#unsubscribe(topic, worker);
    send(worker, { source: SOURCE, op: 'done', id });
  }

  #publish(topic: string, payload: Uint8Array): void {
    for (const worker of this.#topics.get(topic) ?? []) send(worker, { source: SOURCE, op: 'message', topic, payload });
  }

  #unsubscribe(topic: string, worker: Worker): void {
    const listening = this.#topics.get(topic);
    if (listening?.delete(worker) === true && listening.size === 0) this.#topics.delete(topic);
  }

  #keepWill(worker: Worker, link: number, will: Will): void {
    const wills = this.#wills.get(worker) ?? new Map<number, Will>();
    if (will.payload.length === 0) wills.delete(link);
    else this.#wills.set(worker, wills.set(link, will));
  }

  left(worker: Worker): void {
    for (const topic of [...this.#topics.keys()]) this.#unsubscribe(topic, worker);
    const wills = this.#wills.get(worker);
    this.#wills.delete(worker);
    for (const { topic, payload } of wills?.values() ?? []) this.#publish(topic, payload);
  }
}

function send(worker: Worker, notice: Notice): void {
  if (worker.isConnected()) worker.send(notice, nothing);
}

let exchange: Exchange | undefined;

/**
 * Makes the primary of `node:cluster` the broker of its workers. Call it before the first `fork()`. It sets `serialization: 'advanced'`, so
 * that messages keep their binary data.
 *
 * @throws Error if it is called in a worker.
 */
export function setupPrimary(): void {
  if (!cluster.isPrimary)
    throw new Error('setupPrimary() of @sio/cluster/workers: call it in the primary, not in a worker');
  cluster.setupPrimary({ serialization: 'advanced' });
  if (exchange !== undefined) return;
  const own = new Exchange();
  exchange = own;
  process.env[PRIMARY] = randomBytes(6).toString('base64url');
  cluster.on('message', (worker, message: Request | undefined) => {
    if (message?.source === SOURCE) own.take(worker, message);
  });
  cluster.on('disconnect', (worker) => own.left(worker));
  cluster.on('exit', (worker) => own.left(worker));
}

// ---- the workers ----

/** All links of this worker: the primary knows the worker alone. */
const topics = new Map<string, Set<WorkerLink>>();
const links = new Set<WorkerLink>();
const waiting = new Map<number, () => void>();
let ids = 0;

function nextId(): number {
  ids = (ids + 1) >>> 0;
  return ids;
}

function take(message: unknown): void {
  const notice = message as Notice | undefined;
  if (notice?.source !== SOURCE) return;
  if (notice.op === 'done') {
    waiting.get(notice.id)?.();
    waiting.delete(notice.id);
    return;
  }
  const { buffer, byteOffset, byteLength } = notice.payload;
  for (const link of topics.get(notice.topic) ?? []) link.events.message(Buffer.from(buffer, byteOffset, byteLength));
}

function lost(): void {
  for (const { events } of links) events.failed(new Error('workers(): the channel to the primary is closed'));
}

/** Resolves when the primary has done it. */
function ask(op: 'subscribe' | 'unsubscribe', topic: string): Promise<void> {
  const id = nextId();
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    tell({ source: SOURCE, op, topic, id });
  });
}

/** The link of one server in a worker. */
class WorkerLink implements EngineLink {
  readonly events: EngineEvents;
  readonly #id = nextId();

  constructor(events: EngineEvents) {
    this.events = events;
    if (links.size === 0) process.on('message', take).on('disconnect', lost);
    links.add(this);
  }

  connected(): Promise<unknown> {
    return Promise.resolve();
  }

  publish(topic: string, payload: Buffer): undefined {
    tell({ source: SOURCE, op: 'publish', topic, payload, id: 0 });
  }

  subscribe(topic: string): Promise<void> {
    topics.set(topic, (topics.get(topic) ?? new Set()).add(this));
    return ask('subscribe', topic);
  }

  unsubscribe(topic: string): Promise<void> {
    const listening = topics.get(topic);
    listening?.delete(this);
    if (listening === undefined || listening.size > 0) return Promise.resolve();
    topics.delete(topic);
    return ask('unsubscribe', topic);
  }

  will(topic: string, payload: Buffer): void {
    tell({ source: SOURCE, op: 'will', topic, payload, id: this.#id });
  }

  close(): Promise<void> {
    this.will('', Buffer.alloc(0));
    for (const topic of [...topics.keys()]) if (topics.get(topic)?.has(this) === true) void this.unsubscribe(topic);
    links.delete(this);
    if (links.size === 0) process.off('message', take).off('disconnect', lost);
    return Promise.resolve();
  }
}

function tell(request: Request): void {
  process.send?.(request, undefined, undefined, nothing);
}

/**
 * Uses the primary of `node:cluster` as the broker: `cluster(workers())`. Beside a broker that reaches other machines, it can forward
 * requests only: `cluster(redis(client), { forward: workers() })`.
 *
 * @throws Error in a process that is not a worker, or whose primary has not called {@link setupPrimary}.
 */
export function workers(): ClusterEngine {
  const primary = process.env[PRIMARY];
  if (!cluster.isWorker || primary === undefined) {
    throw new Error(
      'workers(): this process is not a worker of a primary that called setupPrimary() of @sio/cluster/workers before fork()',
    );
  }
  return { name: 'workers', network: primary, open: (events) => new WorkerLink(events) };
}

function nothing(): void {}
