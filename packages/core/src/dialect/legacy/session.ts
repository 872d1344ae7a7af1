import type { IncomingMessage } from 'node:http';
import type { DeadlineQueue } from '../../internal/deadlines.js';
import { abandonBody, bytesRead } from '../../transport/polling/body.js';
import type { PollWatch } from '../../transport/polling/renewable.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';

/** How long a poll waits, and how long its client may stay away. */
export interface PollTimes {
  readonly held: DeadlineQueue;
  readonly away: DeadlineQueue;
}

/** What the 0.9 dialect remembers of a connection. */
export class LegacySession implements PollWatch {
  /** The parameters that the application gave its client, which identify it. */
  readonly auth: Readonly<Record<string, unknown>>;
  /** Namespaces whose connect has been answered; the main one is in from the beginning. */
  readonly joined = new Set<string>(['/']);
  /** The client has said something, so that it knows it is connected. */
  heard = false;
  conn: VirtualSocket | undefined = undefined;
  readonly #times: PollTimes;
  #upload: IncomingMessage | undefined = undefined;
  #posted = 0;

  constructor(auth: Readonly<Record<string, unknown>>, times: PollTimes) {
    this.auth = auth;
    this.#times = times;
  }

  /** Bytes of all POSTs, those of the one that is being read included. */
  get posted(): number {
    return this.#posted + (this.#upload === undefined ? 0 : bytesRead(this.#upload));
  }

  uploadBegins(req: IncomingMessage): void {
    this.#upload = req;
  }

  uploadEnds(req: IncomingMessage): void {
    this.#posted += bytesRead(req);
    if (this.#upload === req) this.#upload = undefined;
  }

  ended(): void {
    if (this.#upload !== undefined) abandonBody(this.#upload);
  }

  pollHeld(): void {
    this.conn?.armHeartbeat(this.#times.held);
  }

  pollAnswered(): void {
    this.conn?.showsLife(this.posted);
    this.conn?.armHeartbeat(this.#times.away);
  }
}
