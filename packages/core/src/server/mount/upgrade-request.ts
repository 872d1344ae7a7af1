import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Exchange } from '../../transport/exchange.js';
import type { Endpoint } from './endpoint.js';
import type { PendingExchange } from './pending-exchange.js';
import { closeSocket, destroyIt, refuse, switchingLines, textReply } from './reply.js';
import { UpgradeResponse, type UpgradeResponseOwner } from './upgrade-response.js';

export interface FlightPlan {
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

const NOT_FOUND = 404;

const flights = new WeakMap<IncomingMessage, UpgradeRequest>();

/** The upgrade that a request runs through the framework for. */
export function flightOf(req: IncomingMessage): UpgradeRequest | undefined {
  return flights.get(req);
}

/** An upgrade on its way through a framework, from Node's event to the WebSocket, a refusal or another listener. */
export class UpgradeRequest implements UpgradeResponseOwner {
  readonly #plan: FlightPlan;
  readonly #response: UpgradeResponse;
  readonly #written: number;
  readonly #url: string | undefined;
  #trial: boolean;
  #timer: NodeJS.Timeout | undefined;
  #grant: { endpoint: Endpoint; exchange: PendingExchange } | undefined;

  constructor(plan: FlightPlan) {
    this.#plan = plan;
    this.#trial = plan.trial === true;
    this.#url = plan.req.url;
    this.#written = (plan.socket as Socket).bytesWritten;
    this.#response = new UpgradeResponse(plan.req, this);
  }

  get res(): ServerResponse {
    return this.#response.res;
  }

  /** Answered, refused or passed on. */
  get isSealed(): boolean {
    return this.#response.sealed;
  }

  /** Takes hold of the socket. False when it is not to be had; it is dealt with then. */
  board(): boolean {
    const { req, socket, timeout } = this.#plan;
    // Node has taken its listeners off: from here on an error of the client's would be nobody's, and end the process.
    socket.on('error', destroyIt);
    try {
      this.#response.assign(socket as Socket);
    } catch {
      this.#abandon();
      return false;
    }
    flights.set(req, this);
    if (this.#trial) this.#watchForProxy();
    socket.once('close', this.#onGone);
    this.res.once('finish', this.#onAnswered);
    this.#timer = setTimeout(this.#onLate, timeout).unref();
    return true;
  }

  /** The mount has been reached: the socket is ours, whoever else listens. */
  keep(): void {
    this.#trial = false;
    this.#forgetProxy();
  }

  /** The mount has declined: somebody else may want it. */
  decline(): void {
    this.#trial = this.#plan.passOn !== undefined;
  }

  /** The endpoint will take the socket if the framework's answer is a 101. */
  grant(endpoint: Endpoint, exchange: PendingExchange): void {
    if (this.#response.sealed) exchange.settle(false);
    else this.#grant = { endpoint, exchange };
  }

  mayAnswer(): boolean {
    if (!this.#trial) return true;
    this.#pass(this.res.statusCode);
    return false;
  }

  /**
   * Nobody but a proxy in the app pipes a request that has no body, and none would ever answer this one: the 101 of its target
   * is no answer that it knows. So the socket goes to its own listener.
   */
  #watchForProxy(): void {
    const { req } = this.#plan;
    const { pipe } = req;
    req.pipe = (destination, options) => {
      this.#forgetProxy();
      if (this.#trial && !this.#response.sealed) this.#pass(NOT_FOUND);
      return pipe.call(req, destination, options) as typeof destination;
    };
  }

  #forgetProxy(): void {
    delete (this.#plan.req as Partial<IncomingMessage>).pipe;
  }

  onSwitch(): void {
    if (this.#trial && this.#grant === undefined) {
      this.#pass(101);
      return;
    }
    const lines = switchingLines(this.res);
    this.#close();
    process.nextTick(() => {
      this.#response.announceEnd(true);
      this.#switchOver(lines);
    });
  }

  #switchOver(lines: string[]): void {
    const { socket, head } = this.#plan;
    const grant = this.#grant;
    if (grant === undefined) {
      refuse(socket, textReply(500));
    } else if (socket.destroyed) {
      grant.exchange.settle(false);
    } else {
      socket.off('error', destroyIt);
      grant.exchange.settle(handOver(grant.endpoint, grant.exchange, socket, head, lines));
    }
  }

  /** Seals the response and forgets the socket, except that its errors stay contained. */
  #close(): void {
    clearTimeout(this.#timer);
    this.#forgetProxy();
    this.#response.seal();
    this.#plan.socket.off('close', this.#onGone);
  }

  #pass(status: number): void {
    const { req, socket, passOn } = this.#plan;
    this.#close();
    // Routers and proxies rewrite it.
    if (this.#url !== undefined) req.url = this.#url;
    socket.off('error', destroyIt);
    process.nextTick(() => this.#response.announceEnd(true));
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

  /** Another answer than 101 is out. */
  readonly #onAnswered = (): void => {
    if (this.#response.sealed) return;
    this.#close();
    this.#grant?.exchange.settle(false);
    closeSocket(this.#plan.socket);
    process.nextTick(() => this.#response.announceEnd(false));
  };

  readonly #onGone = (): void => {
    if (this.#response.sealed) return;
    // Node has told the response's listeners itself; handlers that wait on the request hear of it here.
    this.#close();
    this.#grant?.exchange.settle(false);
    this.#plan.req.destroy();
  };

  readonly #onLate = (): void => {
    const { socket, passOn } = this.#plan;
    // An answer under way takes its time, and whoever writes to the bare socket has taken it over.
    if (this.res.headersSent || (socket as Socket).bytesWritten > this.#written) return;
    if (this.#trial && passOn !== undefined) {
      this.#pass(0);
      return;
    }
    this.#close();
    this.#grant?.exchange.settle(false);
    refuse(socket, textReply(503));
    this.#response.announceEnd(false);
  };
}

/** Gives the socket to the endpoint. False when that fails: then the socket is gone. */
export function handOver(
  endpoint: Endpoint,
  exchange: Exchange,
  socket: Duplex,
  head: Buffer,
  lines: readonly string[],
): boolean {
  try {
    endpoint.accept(exchange, socket, head, lines);
    return true;
  } catch {
    socket.destroy();
    return false;
  }
}
