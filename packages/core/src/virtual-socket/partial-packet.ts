import type { Packet } from '../codec/packet.js';
import { type Deadline, DeadlineQueue } from '../internal/deadlines.js';
import { LimitExceeded } from '../internal/limit-exceeded.js';
import type { VirtualSocket } from './virtual-socket.js';

/** A binary packet of which attachments are still to come. */
export class PartialPacket implements Deadline {
  due = 0;
  previousDeadline: Deadline | undefined = undefined;
  nextDeadline: Deadline | undefined = undefined;
  deadlineQueue: DeadlineQueue | undefined = undefined;
  readonly packet: Packet;
  readonly buffers: Buffer[] = [];
  bytes = 0;
  readonly #conn: VirtualSocket;

  constructor(conn: VirtualSocket, packet: Packet) {
    this.#conn = conn;
    this.packet = packet;
  }

  /** All attachments are there. */
  complete(): void {
    DeadlineQueue.cancel(this);
    this.#conn.partial = undefined;
  }

  onDeadline({ duration }: DeadlineQueue): void {
    const why = `${this.buffers.length} of ${this.packet.attachments} attachments came within ${duration} ms`;
    this.#conn.close(false, new LimitExceeded('attachments_late', why));
  }
}
