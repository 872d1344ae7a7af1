import { EventEmitter } from 'node:events';
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { callListeners } from '../../internal/events/lazy-emitter.js';
import { endedSessions } from '../../internal/http/request.js';
import { responseFor, sealResponse, showClosed } from '../../internal/node-internals.js';
import type { PendingUpgrade } from './contracts.js';
import { closeSocket, destroyIt, refuse, switchingLines, textReply } from './reply.js';

/** An upgrade as Node hands it over. */
export interface UpgradePlan {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  /** Time (ms) for the framework to answer. */
  readonly timeout: number;
  /**
   * Gives the untouched socket to the other listeners. Absent when there are none: then whatever the framework answers goes out.
   */
  readonly passOn?: ((status: number) => void) | undefined;
  /** The path may belong to one of the other listeners: only if the mount is reached do we keep the socket. */
  readonly trial?: boolean;
}

const SWITCHING = 101;
const NOT_FOUND = 404;

/** The upgrades that requests run through the framework for. */
export const upgrades = new WeakMap<IncomingMessage, UpgradeRequest>();

const nodes = ServerResponse.prototype;
/** Past whatever a middleware has made of a response's methods. */
const { listenerCount, removeListener } = EventEmitter.prototype;

/**
 * An upgrade on its way through a framework, from Node's event to the WebSocket, a refusal or another listener.
 *
 * Its response is an ordinary one until it is ended with 101: then nothing is written, and its headers wait to go out with the
 * WebSocket's own. The methods are own properties, because Express exchanges a response's prototype, and are there before any
 * middleware wraps them, so that by the time they run every wrap has.
 */
export class UpgradeRequest {
  readonly res: ServerResponse;
  /** When it came: see `endedSessions`. */
  readonly arrived = endedSessions.count;
  /** Answered, refused or passed on. */
  isDecided = false;
  readonly #plan: UpgradePlan;
  readonly #written: number;
  readonly #url: string | undefined;
  #trial: boolean;
  #watched = false;
  #timer: NodeJS.Timeout | undefined;
  #accepted: PendingUpgrade | undefined;
  /** The head of a 101 has passed every wrap of `writeHead`. */
  #switching = false;
  /** Headers of the 101. */
  #lines: readonly string[] = [];

  /** Gives the socket to the response. Where that fails, the upgrade is decided, and its socket dealt with. */
  constructor(plan: UpgradePlan) {
    const { req, socket } = plan;
    this.#plan = plan;
    this.#trial = plan.trial === true;
    this.#url = req.url;
    this.#written = (socket as Socket).bytesWritten;
    // Node has taken its listeners off: an error of the client's without a listener would end the process.
    socket.on('error', destroyIt);
    try {
      this.res = responseFor(req, socket);
    } catch {
      this.res = new ServerResponse(req);
      this.isDecided = true;
      this.#abandon();
      return;
    }
    Object.assign(this.res, {
      writeHead: this.#writeHead,
      write: this.#write,
      end: this.#end,
      flushHeaders: this.#flushHeaders,
      // A WebSocket client gives up at the first 1xx that is not the 101.
      writeContinue: nothing,
      writeProcessing: nothing,
      writeEarlyHints: nothing,
    });
    upgrades.set(req, this);
    if (this.#trial) this.#watchForProxy();
    socket.once('close', this.#onGone);
    this.res.once('finish', this.#onAnswered);
    this.#timer = setTimeout(this.#onLate, plan.timeout).unref();
  }

  /**
   * The mount has been reached: the socket is ours, whether or not others listen.
   * @param accepted its endpoint takes the socket if the framework's answer is a 101
   */
  keep(accepted?: PendingUpgrade): void {
    if (this.#watched) this.#forgetProxy();
    this.#trial = false;
    if (accepted === undefined) return;
    if (this.isDecided) accepted.settle(false);
    else this.#accepted = accepted;
  }

  /** The mount has declined: another listener may want it. */
  decline(): void {
    this.#trial = this.#plan.passOn !== undefined;
  }

  // ---- the response's methods ----

  readonly #writeHead = (...args: unknown[]): ServerResponse => {
    const { res } = this;
    if (this.isDecided) return res;
    if (args[0] === SWITCHING) {
      this.#switching = true;
      res.statusCode = SWITCHING;
      if (args.length > 1) setHead(res, args);
    } else {
      if (typeof args[0] === 'number') res.statusCode = args[0];
      if (this.#mayAnswer()) Reflect.apply(nodes.writeHead, res, args);
    }
    return res;
  };

  readonly #write = (...args: unknown[]): boolean => {
    if (this.isDecided || this.#isSwitch() || !this.#mayAnswer()) return callLast(args);
    return Reflect.apply(nodes.write, this.res, args) as boolean;
  };

  readonly #flushHeaders = (): void => {
    if (!this.isDecided && !this.#isSwitch() && this.#mayAnswer()) nodes.flushHeaders.call(this.res);
  };

  readonly #end = (...args: unknown[]): ServerResponse => {
    const { res } = this;
    const isSwitch = !this.isDecided && this.#isSwitch();
    if (!isSwitch && !this.isDecided && this.#mayAnswer()) Reflect.apply(nodes.end, res, args);
    else if (args.length > 0) callLast(args);
    if (!isSwitch) return res;
    if (this.#trial && this.#accepted === undefined) this.#pass(SWITCHING);
    else {
      this.#lines = switchingLines(res);
      this.#decide();
      process.nextTick(this.#switchOver);
    }
    return res;
  };

  /** Runs the head of a 101 through every wrap, as Node does before the first byte: there cookies are set. */
  #isSwitch(): boolean {
    const { res } = this;
    if (!this.#switching && res.statusCode === SWITCHING && !res.headersSent) res.writeHead(SWITCHING);
    return this.#switching;
  }

  /** Whether an answer other than a 101 may go out. If not, it is swallowed, and all that is written after it. */
  #mayAnswer(): boolean {
    if (this.res.headersSent || !this.#trial) return true;
    this.#pass(this.res.statusCode);
    return false;
  }

  // ---- how it ends ----

  readonly #switchOver = (): void => {
    this.#announceEnd(true);
    const { socket, head } = this.#plan;
    const exchange = this.#accepted;
    if (exchange === undefined) {
      refuse(socket, textReply(500));
    } else if (socket.destroyed) {
      exchange.settle(false);
    } else {
      socket.off('error', destroyIt);
      handOver(exchange, socket, head, this.#lines);
    }
  };

  /** Closes the response and forgets the socket, except that its errors stay contained. */
  #decide(): void {
    clearTimeout(this.#timer);
    if (this.#watched) this.#forgetProxy();
    this.isDecided = true;
    removeListener.call(this.res, 'finish', this.#onAnswered);
    sealResponse(this.res);
    this.#plan.socket.off('close', this.#onGone);
  }

  #pass(status: number): void {
    const { req, socket, passOn } = this.#plan;
    this.#decide();
    // Routers and proxies rewrite it.
    if (this.#url !== undefined) req.url = this.#url;
    socket.off('error', destroyIt);
    process.nextTick(() => this.#announceEnd(true));
    passOn?.(status);
  }

  #abandon(): void {
    const { socket, passOn } = this.#plan;
    if (!this.#trial || passOn === undefined) {
      socket.destroy();
    } else {
      socket.off('error', destroyIt);
      passOn(0);
    }
  }

  /** Tells those who wait for the end of the response. */
  #announceEnd(finished: boolean): void {
    const { res } = this;
    if (finished && listenerCount.call(res, 'finish') > 0) this.#emit('finish');
    showClosed(res);
    if (listenerCount.call(res, 'close') > 0) this.#emit('close');
  }

  /** A listener that fails harms neither the others nor the process. */
  #emit(event: string): void {
    callListeners(this.res, event, [], (error) => this.#accepted?.failed(error, 'response'));
  }

  /** Another answer than 101 is out. */
  readonly #onAnswered = (): void => {
    if (this.isDecided) return;
    this.#decide();
    this.#accepted?.settle(false);
    closeSocket(this.#plan.socket);
    process.nextTick(() => this.#announceEnd(false));
  };

  readonly #onGone = (): void => {
    if (this.isDecided) return;
    // Node has told the response's listeners itself; handlers that wait on the request hear of it here.
    this.#decide();
    this.#accepted?.settle(false);
    this.#plan.req.destroy();
  };

  readonly #onLate = (): void => {
    const { socket, passOn } = this.#plan;
    // An answer under way takes its time, and code that writes to the bare socket has taken it over.
    if (this.res.headersSent || (socket as Socket).bytesWritten > this.#written) return;
    if (this.#trial && passOn !== undefined) {
      this.#pass(0);
      return;
    }
    this.#decide();
    this.#accepted?.settle(false);
    refuse(socket, textReply(503));
    this.#announceEnd(false);
  };

  // ---- proxies ----

  /**
   * Only a proxy in the app pipes a request that has no body, and it would never answer this one: the 101 of its target is no
   * answer that it knows. So the socket goes to the proxy's own listener.
   */
  #watchForProxy(): void {
    const { req } = this.#plan;
    const { pipe } = req;
    this.#watched = true;
    req.pipe = (destination, options) => {
      this.#forgetProxy();
      if (this.#trial && !this.isDecided) this.#pass(NOT_FOUND);
      return pipe.call(req, destination, options) as typeof destination;
    };
  }

  #forgetProxy(): void {
    this.#watched = false;
    const { req } = this.#plan;
    if (Object.hasOwn(req, 'pipe')) delete (req as Partial<IncomingMessage>).pipe;
  }
}

/** Gives the socket to the endpoint. If that fails, the socket is gone. */
export function handOver(exchange: PendingUpgrade, socket: Duplex, head: Buffer, lines: readonly string[]): void {
  let sent = true;
  try {
    exchange.endpoint.accept(exchange, socket, head, lines);
  } catch {
    socket.destroy();
    sent = false;
  }
  exchange.settle(sent);
}

/** Sets the headers that `writeHead` got, behind a reason phrase or not, as an object, pairs or a flat list. */
function setHead(res: ServerResponse, args: unknown[]): void {
  const headers = typeof args[1] === 'string' ? args[2] : (args[1] ?? args[2]);
  if (Array.isArray(headers)) {
    const pairs = Array.isArray(headers[0]) ? headers : toPairs(headers);
    for (const [name, value] of pairs) res.appendHeader(String(name), value);
  } else if (headers !== null && typeof headers === 'object') {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) res.setHeader(name, value);
  }
}

function toPairs(flat: unknown[]): unknown[][] {
  const pairs: unknown[][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push(flat.slice(i, i + 2));
  return pairs;
}

/** Calls back as a stream would that has swallowed what it was given. */
function callLast(args: unknown[]): true {
  const callback = args.at(-1);
  if (typeof callback === 'function') process.nextTick(callback as () => void);
  return true;
}

function nothing(): void {}
