import type { IncomingMessage, ServerResponse } from 'node:http';
import { types } from 'node:util';
import { arrivalOf, endedSessions, rawHeader } from '../../internal/http/request.js';
import { keepShape } from '../../internal/kept-shapes.js';
import { DeadlineQueue, QueuedDeadline } from '../../internal/time/deadlines.js';
import { type Exchange, HANDLED, NEXT, type Outcome, type Peer, type Reply } from '../../transport/exchange.js';
import type { Endpoint, MountRequest } from './contracts.js';
import { closeUnanswered, guardResponse, listen, noteTaken, sendReply, textReply, unwrapResponse } from './reply.js';
import type { UpgradeRequest } from './upgrade.js';

const SWITCHING = 101;

/** The other end as the connection shows it. Most handshakes ask for no host. */
class ConnectedPeer implements Peer {
  readonly address: string | undefined;
  readonly secure: boolean;
  readonly #req: IncomingMessage;

  constructor(req: IncomingMessage) {
    const { socket } = req;
    this.#req = req;
    this.address = socket.remoteAddress;
    this.secure = 'encrypted' in socket;
  }

  get host(): string | undefined {
    // HTTP/2 has no `Host`.
    return rawHeader(this.#req, 'host') ?? rawHeader(this.#req, ':authority');
  }
}

/** The parts that all exchanges share: how the answer fares, and a report when the application makes it fail. */
export abstract class PendingExchange implements Exchange {
  abstract readonly req: IncomingMessage;
  abstract readonly res: ServerResponse;
  abstract readonly upgrade: boolean;
  abstract readonly context: unknown;
  abstract readonly body: unknown;
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly query: string;
  readonly arrived: number;
  handler: unknown = undefined;
  plan: unknown = undefined;
  #whenDone: ((sent: boolean) => void)[] | undefined;
  protected known: Peer | undefined = undefined;
  #settled = false;
  #failed = false;

  /** @param arrived when the request came, where a framework may have kept it for a while. */
  constructor(endpoint: Endpoint, path: string, query: string, arrived: number = endedSessions.count) {
    this.endpoint = endpoint;
    this.path = path;
    this.query = query;
    this.arrived = arrived;
  }

  /** The other end, as it is when it is first asked for: a handshake asks several times. */
  get peer(): Peer {
    this.known ??= new ConnectedPeer(this.req);
    return this.known;
  }

  abstract take(): void;

  done(fn: (sent: boolean) => void): void {
    // Refused already: a late decision learns of it once it has done its work.
    if (this.#settled) return queueMicrotask(() => fn(false));
    this.#whenDone ??= [];
    this.#whenDone.push(fn);
  }

  /** The response phase is over. Only the first call counts. */
  settle(sent: boolean): void {
    if (this.#settled) return;
    this.#settled = true;
    for (const fn of this.#whenDone ?? []) fn(sent);
  }

  /** Settles when the response to an ordinary request is over. */
  settleWith(res: ServerResponse, reply: Reply): void {
    if (this.#whenDone === undefined) return;
    if (res.closed) {
      this.settle(false);
      return;
    }
    listen(res, 'finish', () => this.settle(res.statusCode === reply.status));
    listen(res, 'close', () => this.settle(false));
  }

  failed(error: unknown, what: string): void {
    if (this.#failed) return;
    this.#failed = true;
    const { endpoint } = this;
    if (endpoint.failed !== undefined) endpoint.failed(error, what);
    else process.emitWarning(types.isNativeError(error) ? error : `a request failed with ${String(error)}`);
  }

  /**
   * Whether code of the application has begun to answer and let the request go on all the same. It keeps its answer if that
   * is whole; otherwise the request is closed.
   */
  refuseAnswered(res: ServerResponse): boolean {
    if (!res.headersSent && !res.writableEnded) return false;
    this.failed(new Error('A middleware has begun to answer this request and has passed it on as well'), 'middleware');
    closeUnanswered(res);
    this.settle(false);
    return true;
  }
}

/** An exchange that came through a framework. */
export class MountedExchange extends PendingExchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly context: unknown;
  readonly upgrade: boolean;
  readonly #request: MountRequest;
  readonly #upgrade: UpgradeRequest | undefined;
  #taken = false;

  constructor(
    endpoint: Endpoint,
    request: MountRequest,
    path: string,
    query: string,
    upgrade: UpgradeRequest | undefined,
  ) {
    super(endpoint, path, query, upgrade?.arrived ?? arrivalOf(request.req));
    this.req = request.req;
    this.res = request.res;
    this.context = request.context;
    this.upgrade = upgrade !== undefined;
    this.#request = request;
    this.#upgrade = upgrade;
  }

  get body(): unknown {
    return consumedBody(this.#request.req, this.#request.body);
  }

  /** A framework that trusts its proxy knows better than the connection. */
  override get peer(): Peer {
    this.known ??= this.#request.peer?.(this.context) ?? new ConnectedPeer(this.req);
    return this.known;
  }

  take(): void {
    if (this.#taken) return;
    this.#taken = true;
    const { req, res } = this.#request;
    // The wraps on an upgrade's response are ours.
    if (this.#upgrade === undefined) {
      unwrapResponse(res);
      noteTaken(req.socket, res);
    }
    this.#request.release?.();
  }

  override refuseAnswered(res: ServerResponse): boolean {
    // The response of a decided upgrade looks like one that has been sent.
    if (this.#upgrade?.isDecided || !super.refuseAnswered(res)) return false;
    this.take();
    return true;
  }

  /** Notes the endpoint's decision, before the framework learns of it. */
  conclude(outcome: Outcome): Outcome {
    const { res } = this;
    const upgrade = this.#upgrade;
    if (outcome === NEXT) {
      upgrade?.decline();
      return outcome;
    }
    // A 101 is accepted before the framework runs it through its response phase.
    upgrade?.keep(outcome !== HANDLED && outcome.status === SWITCHING ? this : undefined);
    if (outcome === HANDLED) {
      // A middleware of the endpoint's own may have answered: the framework must not do it again.
      this.take();
      return outcome;
    }
    if ((res.headersSent || res.writableEnded) && this.refuseAnswered(res)) return HANDLED;
    if (!guardResponse(res, this)) {
      this.take();
      return HANDLED;
    }
    if (this.#taken) {
      // The framework has let go of the response.
      sendReply(res, outcome);
      return HANDLED;
    }
    if (outcome.status !== SWITCHING) this.settleWith(res, outcome);
    return outcome;
  }
}

keepShape(new MountedExchange({} as Endpoint, { req: {} } as MountRequest, '/', '', undefined));

// ---- bodies ----

/**
 * The body as a parser in front of the mount has read it; undefined when the request is unread. Some parsers leave an empty
 * object where they did not apply, so the stream itself says whether it was read.
 */
export function consumedBody(req: IncomingMessage, body: unknown): unknown {
  if (!req.readableDidRead) return undefined;
  // Cloud function hosts keep the bytes aside.
  const consumed = (req as { rawBody?: unknown }).rawBody ?? body ?? '';
  // A JSON parser that takes every type makes numbers of the shortest packets.
  return typeof consumed === 'object' ? consumed : String(consumed);
}

/** The headers by which body parsers know that there is a body, and whether it is for them. */
const ANNOUNCEMENTS = ['content-length', 'transfer-encoding', 'content-type'] as const;

const hidden = new WeakMap<IncomingMessage, Partial<Record<(typeof ANNOUNCEMENTS)[number], string>>>();

/**
 * Lets a request pass body parsers unread. They are for the requests of the application: they would hold the messages of a
 * connection to the limits of its forms, and make objects of them.
 */
export function hideBody(req: IncomingMessage): void {
  const { headers } = req;
  const announced: Record<string, string> = {};
  for (const name of ANNOUNCEMENTS) {
    const value = headers[name];
    if (value !== undefined) announced[name] = value;
    delete headers[name];
  }
  hidden.set(req, announced);
}

/** Undoes {@link hideBody}. */
export function showBody(req: IncomingMessage): void {
  const announced = hidden.get(req);
  if (announced === undefined) return;
  Object.assign(req.headers, announced);
  hidden.delete(req);
}

// ---- decisions that take time ----

/** An ordinary request that waits for a decision of the application's, which may never come. */
class PendingDecision extends QueuedDeadline {
  readonly #exchange: PendingExchange;
  readonly #refuse: (reply: Reply) => void;

  constructor(exchange: PendingExchange, refuse: (reply: Reply) => void) {
    super();
    this.#exchange = exchange;
    this.#refuse = refuse;
  }

  override onDeadline(): void {
    // An answer under way, by a middleware, takes its time.
    if (this.#exchange.res.headersSent) return;
    // A decision that comes from here on must not become a connection.
    this.#exchange.settle(false);
    this.#refuse(textReply(503));
  }
}

/** Refuses requests that are not decided on in time. Upgrades, which are no longer Node's to time, look after themselves. */
export class DecisionTimeout {
  readonly #queue: DeadlineQueue;

  /** @param timeout in milliseconds */
  constructor(timeout: number) {
    this.#queue = new DeadlineQueue(timeout);
  }

  /**
   * @param refuse called with the answer, unless the decision comes first
   * @returns to be called with the decision. False: it is too late.
   */
  watch(exchange: PendingExchange, refuse: (reply: Reply) => void): () => boolean {
    let late = false;
    const waiting = new PendingDecision(exchange, (reply) => {
      late = true;
      refuse(reply);
    });
    this.#queue.arm(waiting);
    return () => {
      DeadlineQueue.cancel(waiting);
      return !late;
    };
  }
}
