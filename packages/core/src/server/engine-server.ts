import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebTransportSession } from '../transport/webtransport/webtransport.js';
import { Engine } from '../virtual-socket/engine.js';
import type { EngineMiddleware } from './endpoint/middlewares.js';
import type { Endpoint } from './mount/contracts.js';
import { attachToServer, DirectMount, passOnOf } from './mount/direct.js';

/** `io.engine`: the connections, and the middlewares and HTTP servers in front of them. */
export class EngineServer extends Engine {
  /** @internal */
  readonly middlewares: EngineMiddleware[] = [];
  /** Serves the policy file for Flash sockets on a port of its own, with the option `flashPolicy: { port }`. */
  flashPolicyServer: Server | undefined = undefined;
  /** The HTTP server that the engine is attached to, if any. */
  httpServer: Server | undefined = undefined;
  #endpoint: Endpoint | undefined = undefined;
  #direct: DirectMount | undefined = undefined;

  /** @internal What requests are led to. */
  set endpoint(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    this.#direct = new DirectMount(endpoint);
  }

  /** Adds a Connect-style middleware. It runs for every request and upgrade, before the protocol sees them. */
  use(middleware: EngineMiddleware): this {
    this.middlewares.push(middleware);
    return this;
  }

  /** Serves the requests of an HTTP server that are for the engine's path. Its other listeners get the rest. */
  attach(server: Server): this {
    if (this.#endpoint !== undefined) attachToServer(server, this.#endpoint, {}, this);
    this.httpServer = server;
    return this;
  }

  /** Answers a request of a server that the engine is not attached to, whatever its path. */
  handleRequest(req: IncomingMessage, res: ServerResponse): void {
    const passOn = passOnOf(req) ?? (() => res.writeHead(404).end());
    this.#direct?.request(req, res, passOn, this.#pathFor(req));
  }

  /** Answers an upgrade of a server that the engine is not attached to, whatever its path. */
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const passOn = passOnOf(req) ?? (() => socket.destroy());
    this.#direct?.upgrade(req, socket, head, passOn, this.#pathFor(req));
  }

  /** The caller has looked at the path of the request; the protocol expects ours. */
  #pathFor({ url = '/' }: IncomingMessage): string | undefined {
    const [path = '/'] = url.split('?', 1);
    return this.#endpoint?.claims(path) === true ? undefined : this.opts.path;
  }

  /**
   * Takes a session that an HTTP/3 server has accepted. It is closed at once without the transport `webtransport`, and where
   * `use` or `allowRequest` guard the server: a session has no request for them to look at.
   */
  onWebTransportSession(session: WebTransportSession): void {
    if (this.#endpoint?.acceptSession === undefined) session.close();
    else this.#endpoint.acceptSession(session);
  }

  /** @internal */
  override shutDown(): void {
    this.flashPolicyServer?.close();
    super.shutDown();
  }
}
