import type { IncomingMessage } from 'node:http';
import type { AsyncScope } from '../internal/async-scope.js';
import { callListeners, LazyEmitter } from '../internal/lazy-emitter.js';
import type { Exchange } from '../transport/exchange.js';
import type { Dialect, ProtocolVersion } from './dialect.js';
import type { Engine } from './engine.js';
import { factsOf, NO_FACTS, type RequestFacts } from './request-info.js';

/** The first request of a connection. */
export type Origin = Pick<Exchange, 'req' | 'context' | 'peer'>;

/** Who a connection is with, and what is known of the request that made it. */
export abstract class IdentifiedConnection extends LazyEmitter {
  /** Session id: a secret between this client and the server. */
  readonly id: string;
  /** @internal */
  readonly engine: Engine;
  /** @internal Another of the same revision may take over once the client has shown how it speaks. */
  dialect: Dialect;
  /** The context of the request that made the connection, for everything that is done in its name. */
  readonly scope: AsyncScope;
  /** IP address of the client; behind a proxy as the framework's trust in it has it. */
  readonly remoteAddress: string;
  /** TLS, as far as the framework knows: it may trust a proxy that says so. */
  readonly secure: boolean;
  /** Milliseconds after the engine began: a small number, where a date would be an object of its own. */
  readonly #opened: number;
  #request: IncomingMessage | null;
  /** Undefined where there is no framework, and its request is Node's. */
  #context: unknown;
  #facts: RequestFacts | undefined = undefined;

  /** @param scope that of the request. */
  constructor(engine: Engine, dialect: Dialect, id: string, from: Origin | null, scope: AsyncScope) {
    super();
    this.engine = engine;
    this.dialect = dialect;
    this.scope = scope;
    this.id = id;
    this.#opened = Date.now() - engine.startedAt;
    this.#request = from?.req ?? null;
    this.#context = from?.context === this.#request ? undefined : from?.context;
    const peer = from?.peer;
    this.remoteAddress = peer?.address ?? '';
    // What comes without a request is WebTransport, which is always encrypted.
    this.secure = peer?.secure ?? true;
  }

  /** Unlike Node's, this lets no listener that fails harm the connection, or the process. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'error') return super.emit(event, ...args);
    return callListeners(this, event, args, (error) => this.engine.failed(error, 'listener', String(event)));
  }

  /** The revision of Engine.IO: 3 or 4; 1 for clients of Socket.IO 0.9, whose paths begin with that number. */
  get protocol(): number {
    return this.dialect.protocol;
  }

  /** Which clients speak like this one: `eio4` is Socket.IO 3 and 4, `eio3` 1 and 2, `0.9` 0.8 and 0.9. */
  get generation(): ProtocolVersion {
    return this.dialect.generation;
  }

  /** When the connection was made (ms since the epoch). */
  get openedAt(): number {
    return this.engine.startedAt + this.#opened;
  }

  /** The HTTP request that made the connection. Setting it to null lets go of it, to save memory. */
  get request(): IncomingMessage | null {
    return this.#request;
  }

  set request(request: IncomingMessage | null) {
    if (request === null) this.releaseRequest(true);
    else this.#request = request;
  }

  /** The framework's own object for that request; null once it has been let go. */
  get context(): unknown {
    return this.#context ?? this.#request;
  }

  /** What the request said, also after it has been let go. */
  get requestFacts(): RequestFacts {
    return this.#facts ?? factsOf(this.#request);
  }

  /** Lets go of the request. @param keepFacts whether `requestFacts` goes on to tell what it said. */
  releaseRequest(keepFacts: boolean): void {
    if (this.#request === null) return;
    this.engine.requestReleased?.(this as never);
    this.#facts = keepFacts ? factsOf(this.#request) : NO_FACTS;
    this.#request = null;
    this.#context = undefined;
  }
}
