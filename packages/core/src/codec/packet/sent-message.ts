import type { Packet } from './packet.js';

const messages = new WeakSet<Packet>();

/** Notes that an EVENT comes from `send()`. Only Socket.IO 0.9 tells that from an event which happens to be called `message`. */
export function markAsMessage(packet: Packet): void {
  messages.add(packet);
}

export function isMessage(packet: Packet): boolean {
  return messages.has(packet);
}
