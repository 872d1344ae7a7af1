import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Who decides what an upgrade's response may do. */
export interface UpgradeResponseOwner {
  /** Something other than a 101 is about to go out. False swallows it, and everything written after it. */
  mayAnswer(): boolean;
  /** The response has ended with a 101; whatever wraps it has run. */
  onSwitch(): void;
}

const nodes = ServerResponse.prototype;

/**
 * The response object that an upgrade runs through a framework with. It is an ordinary one until somebody ends it with 101:
 * then nothing is written, and its headers wait to go out with the WebSocket's own.
 *
 * The methods are own properties, because Express exchanges a response's prototype, and are there before any middleware
 * wraps them, so that by the time they run every wrap has.
 */
export class UpgradeResponse {
  readonly res: ServerResponse;
  readonly #owner: UpgradeResponseOwner;
  /** The head of a 101 has passed every wrap of `writeHead`. */
  #switching = false;
  #sealed = false;

  constructor(req: IncomingMessage, owner: UpgradeResponseOwner) {
    this.#owner = owner;
    const res = new ServerResponse(req);
    // Whatever is answered, the connection closes: Node has already given it up.
    res.shouldKeepAlive = false;
    Object.assign(res, this.#methods());
    this.res = res;
  }

  get sealed(): boolean {
    return this.#sealed;
  }

  #methods(): Partial<ServerResponse> {
    const nothing = () => {};
    return {
      writeHead: (...args: unknown[]) => this.#writeHead(args),
      write: (...args: unknown[]) => this.#write(args),
      end: (...args: unknown[]) => this.#end(args),
      flushHeaders: () => this.#flushHeaders(),
      // A WebSocket client gives up at the first 1xx that is not the 101.
      writeContinue: nothing,
      writeProcessing: nothing,
      writeEarlyHints: nothing,
    } as Partial<ServerResponse>;
  }

  #writeHead(args: unknown[]): ServerResponse {
    const { res } = this;
    if (this.#sealed) return res;
    if (args[0] === 101) {
      this.#switching = true;
      res.statusCode = 101;
      setHead(res, args.slice(1));
    } else {
      if (typeof args[0] === 'number') res.statusCode = args[0];
      if (this.#mayAnswer()) Reflect.apply(nodes.writeHead, res, args);
    }
    return res;
  }

  #write(args: unknown[]): boolean {
    if (this.#sealed || this.#isSwitch() || !this.#mayAnswer()) return callLast(args);
    return Reflect.apply(nodes.write, this.res, args) as boolean;
  }

  #flushHeaders(): void {
    if (!this.#sealed && !this.#isSwitch() && this.#mayAnswer()) nodes.flushHeaders.call(this.res);
  }

  #end(args: unknown[]): ServerResponse {
    if (this.#sealed) callLast(args);
    else if (this.#isSwitch()) {
      callLast(args);
      this.#owner.onSwitch();
    } else if (this.#mayAnswer()) Reflect.apply(nodes.end, this.res, args);
    else callLast(args);
    return this.res;
  }

  /** Runs the head of a 101 through every wrap, as Node does before the first byte: there cookies are set. */
  #isSwitch(): boolean {
    const { res } = this;
    if (!this.#switching && res.statusCode === 101 && !res.headersSent) res.writeHead(101);
    return this.#switching;
  }

  #mayAnswer(): boolean {
    return this.res.headersSent || this.#owner.mayAnswer();
  }

  /** Detaches the response from its socket. Nothing it is told any more has an effect. */
  seal(): void {
    this.#sealed = true;
    const { res } = this;
    const { socket } = res;
    if (socket) res.detachSocket(socket);
    show(res, { finished: true, headersSent: true, writableFinished: true });
  }

  /** Lets everybody who waits for the end of a sealed response know. */
  announceEnd(finished: boolean): void {
    if (finished) this.res.emit('finish');
    show(this.res, { destroyed: true, closed: true });
    this.res.emit('close');
  }

  /** @throws ERR_HTTP_SOCKET_ASSIGNED when an earlier request on the connection still waits for its answer */
  assign(socket: Socket): void {
    this.res.assignSocket(socket);
  }
}

function show(res: ServerResponse, values: Record<string, unknown>): void {
  for (const name in values) {
    Object.defineProperty(res, name, { value: values[name], configurable: true, writable: true });
  }
}

/** What `writeHead` got behind the status: a reason phrase, and headers as an object, pairs or a flat list. */
function setHead(res: ServerResponse, args: unknown[]): void {
  const headers = typeof args[0] === 'string' ? args[1] : (args[0] ?? args[1]);
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
