import { RESERVED_EVENTS } from '../../codec/packet/packet.js';

/** @throws Error when an application emits a name that means something to both sides. */
export function assertNotReserved(event: unknown): void {
  if (RESERVED_EVENTS.has(event)) throw new Error(`"${String(event)}" is a reserved event name`);
}
