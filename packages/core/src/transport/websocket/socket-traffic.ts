import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { bytesDispatched } from '../../internal/node-internals.js';
import type { TransportBytes } from '../transport.js';

/** The bytes of connections before their upgrade. A new one has carried none; a proxy may have used others for requests before. */
const before = new WeakMap<Duplex, TransportBytes>();

/** Leaves out of a WebSocket's figures what its connection has carried so far. @param ahead bytes that came behind the request */
export function leaveOutEarlier(socket: Duplex, ahead: number): void {
  before.set(socket, { received: bytesRead(socket) - ahead, sent: bytesDispatched(socket) });
}

/** The bytes of a WebSocket, with its handshake on a new connection. Streams of HTTP/2 do not count. */
export function trafficOf(socket: Duplex): TransportBytes {
  const { received, sent } = before.get(socket) ?? NOTHING;
  return { received: bytesRead(socket) - received, sent: bytesDispatched(socket) - sent };
}

const NOTHING: TransportBytes = Object.freeze({ received: 0, sent: 0 });

function bytesRead(socket: Duplex): number {
  return (socket as Partial<Socket>).bytesRead ?? 0;
}
