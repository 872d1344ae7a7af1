/** A kind of transport, as the layers above see it. */
interface TransportKind {
  readonly name: string;
  /** Whether the option `transports` has it: an application can leave it out. */
  readonly isOption: boolean;
  /** Whether a request of Engine.IO over HTTP opens it. */
  readonly hasHandshake: boolean;
  /** Whether one connection of the network carries all of it; otherwise each message comes with a request of its own. */
  readonly isSocket: boolean;
  /** Whether a client that polls may change to it. */
  readonly isUpgrade: boolean;
}

const KINDS: readonly TransportKind[] = [
  { name: 'polling', isOption: true, hasHandshake: true, isSocket: false, isUpgrade: false },
  { name: 'websocket', isOption: true, hasHandshake: true, isSocket: true, isUpgrade: true },
  { name: 'webtransport', isOption: true, hasHandshake: false, isSocket: true, isUpgrade: true },
  // A WebSocket of clients 0.9 that goes through a Flash object.
  { name: 'flashsocket', isOption: false, hasHandshake: false, isSocket: true, isUpgrade: false },
];

const namesOf = (has: (kind: TransportKind) => boolean): ReadonlySet<string> =>
  new Set(KINDS.filter(has).map(({ name }) => name));

/** Names that the option `transports` may have. */
export const OPTIONAL_TRANSPORTS = namesOf(({ isOption }) => isOption);
/** Transports that a request of Engine.IO over HTTP opens. */
export const HANDSHAKE_TRANSPORTS = namesOf(({ hasHandshake }) => hasHandshake);
/** Transports that one connection of the network carries. */
export const SOCKET_TRANSPORTS = namesOf(({ isSocket }) => isSocket);
/** Transports that a client that polls may change to. */
export const UPGRADE_TRANSPORTS = namesOf(({ isUpgrade }) => isUpgrade);
