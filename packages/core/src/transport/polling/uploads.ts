import type { IncomingMessage } from 'node:http';
import { abandonBody, bytesRead } from './body.js';

/** The POSTs of one connection: which is being read, and how much has come. */
export class Uploads {
  #current: IncomingMessage | undefined = undefined;
  #before = 0;

  get isReading(): boolean {
    return this.#current !== undefined;
  }

  /** Of all, the one that is being read included. */
  get bytes(): number {
    return this.#before + (this.#current === undefined ? 0 : bytesRead(this.#current));
  }

  begin(req: IncomingMessage): void {
    this.#current = req;
  }

  end(req: IncomingMessage): void {
    this.#before += bytesRead(req);
    if (this.#current === req) this.#current = undefined;
  }

  /** The connection is over. */
  abandon(): void {
    if (this.#current !== undefined) abandonBody(this.#current);
  }
}
