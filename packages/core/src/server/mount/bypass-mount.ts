import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { DirectMount } from './direct-mount.js';
import type { Direct } from './dispatcher.js';
import type { Endpoint } from './endpoint.js';
import type { LearnedPaths } from './path-ownership.js';
import { pathOf, queryOf } from './target.js';

/** Where a mount in a framework's routing has been seen, without that routing. */
export class BypassMount implements Direct {
  readonly #direct: DirectMount;
  readonly #paths: LearnedPaths;

  constructor(mount: { readonly endpoint: Endpoint; readonly handshakeTimeout: number }, paths: LearnedPaths) {
    this.#direct = new DirectMount(mount.endpoint, mount.handshakeTimeout);
    this.#paths = paths;
  }

  readonly retired = false;

  claims(path: string, query: string): boolean {
    return this.#paths.below(path, query) !== undefined;
  }

  request(req: IncomingMessage, res: ServerResponse, passOn: () => void): void {
    this.#direct.request(req, res, passOn, this.#below(req));
  }

  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, passOn: () => void): void {
    this.#direct.upgrade(req, socket, head, passOn, this.#below(req));
  }

  clientError(): boolean {
    return false;
  }

  #below({ url = '/' }: IncomingMessage): string | undefined {
    return this.#paths.below(pathOf(url), queryOf(url));
  }
}
