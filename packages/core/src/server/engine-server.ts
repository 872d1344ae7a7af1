import type { Server } from 'node:net';
import { Engine } from '../virtual-socket/engine.js';
import type { EngineMiddleware } from './middlewares.js';

/** `io.engine`: the connections, and what stands in front of them. */
export class EngineServer extends Engine {
  readonly middlewares: EngineMiddleware[] = [];
  /** Serves the policy file for Flash sockets on a port of its own, with the option `flashPolicy: { port }`. */
  flashPolicyServer: Server | undefined = undefined;

  /** Runs a Connect-style middleware for every request and upgrade, before the protocol sees it. */
  use(middleware: EngineMiddleware): this {
    this.middlewares.push(middleware);
    return this;
  }

  override close(): this {
    this.flashPolicyServer?.close();
    return super.close();
  }
}
