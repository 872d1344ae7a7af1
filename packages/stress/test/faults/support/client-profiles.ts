import { createRequire } from 'node:module';
import { type ClientKind, client09, client25, client48, modes } from '@sio/test-kit';
import { jsonp25, jsonp48 } from '@sio/test-kit/jsonp';

/** How an official client comes. */
export interface ClientProfile {
  readonly name: string;
  readonly kind: ClientKind;
  readonly transports: readonly string[];
}

const modern = (Object.keys(modes) as (keyof typeof modes)[]).flatMap((mode) =>
  [client48, client25].map((kind) => ({ name: `client ${kind.name} over ${mode}`, kind, transports: modes[mode] })),
);

const overJsonp = [jsonp48, jsonp25].map((kind) => ({
  name: `client ${kind.name} over JSONP`,
  kind,
  transports: modes.polling,
}));

/** Every transport over TCP since 1.0, and the change from one to another. */
export const MODERN_PROFILES: readonly ClientProfile[] = [...modern, ...overJsonp];

/** All that 0.9 has. */
export const LEGACY_TRANSPORTS = [
  'websocket',
  'flashsocket',
  'htmlfile',
  'xhr-multipart',
  'xhr-polling',
  'jsonp-polling',
] as const;

/** Everything of Socket.IO 0.9. */
export const LEGACY_PROFILES: readonly ClientProfile[] = LEGACY_TRANSPORTS.map((transport) => ({
  name: `client 0.9 over ${transport}`,
  kind: client09,
  transports: [transport === 'xhr-polling' ? 'polling' : transport],
}));

/**
 * Client 0.9 ends its process when it leaves, or misses a heartbeat, before its handshake has brought it a transport, or when
 * its transport has broken. It is the server that is tried here.
 */
function forgive({ prototype }: { prototype: LegacySocket }): void {
  const { setHeartbeatTimeout, onDisconnect, packet } = prototype;
  prototype.setHeartbeatTimeout = function () {
    if (this.transport) setHeartbeatTimeout.call(this);
  };
  prototype.onDisconnect = function (reason) {
    this.transport ??= { close() {}, clearTimeouts() {}, heartbeats: () => false };
    onDisconnect.call(this, reason);
  };
  prototype.packet = function (data) {
    try {
      packet.call(this, data);
    } catch {}
    return this;
  };
}

interface LegacySocket {
  transport: object | null | undefined;
  setHeartbeatTimeout(): void;
  onDisconnect(reason: string): void;
  packet(data: object): this;
}

forgive((createRequire(import.meta.url)('socket.io-client-0.9') as { Socket: { prototype: LegacySocket } }).Socket);
