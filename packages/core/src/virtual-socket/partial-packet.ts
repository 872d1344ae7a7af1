import type { Packet } from '../codec/packet/packet.js';
import { LimitExceeded } from '../internal/coded-error.js';
import { DeadlineQueue, QueuedDeadline } from '../internal/time/deadlines.js';

/** A connection that waits for attachments. */
interface WaitingConnection {
  partial: PartialPacket | undefined;
  close(discard: boolean, why: Error): void;
}

/** A binary packet whose attachments are still to come. */
export class PartialPacket extends QueuedDeadline {
  readonly packet: Packet;
  readonly buffers: Buffer[] = [];
  bytes = 0;
  readonly #conn: WaitingConnection;

  constructor(conn: WaitingConnection, packet: Packet) {
    super();
    this.#conn = conn;
    this.packet = packet;
  }

  /** All attachments are there. */
  complete(): void {
    DeadlineQueue.cancel(this);
    this.#conn.partial = undefined;
  }

  override onDeadline({ duration }: DeadlineQueue): void {
    const why = `${this.buffers.length} of ${this.packet.attachments} attachments came within ${duration} ms`;
    this.#conn.close(false, new LimitExceeded('attachments_late', why));
  }
}
