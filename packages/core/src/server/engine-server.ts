import { Engine } from '../virtual-socket/engine.js';
import type { EngineMiddleware } from './middlewares.js';

/** `io.engine`: the connections, and what stands in front of them. */
export class EngineServer extends Engine {
  readonly middlewares: EngineMiddleware[] = [];

  /** Runs a Connect-style middleware for every request and upgrade, before the protocol sees it. */
  use(middleware: EngineMiddleware): this {
    this.middlewares.push(middleware);
    return this;
  }
}
