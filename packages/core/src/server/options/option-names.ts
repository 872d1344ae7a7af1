import type { WarnOfOption } from './option-warnings.js';
import type { ServerOptions } from './options.js';

/** Every option; the compiler sees to it that none is missing. */
const NAMES = {
  adapter: true,
  addTrailingSlash: true,
  allowEIO3: true,
  allowRequest: true,
  allowUpgrades: true,
  allowedOrigins: true,
  attachmentTimeout: true,
  auth: true,
  cleanupEmptyChildNamespaces: true,
  connectTimeout: true,
  connectionStateRecovery: true,
  cookie: true,
  cors: true,
  destroyUpgrade: true,
  destroyUpgradeTimeout: true,
  drain: true,
  errorHandler: true,
  flashPolicy: true,
  generations: true,
  guards: true,
  handshakeTimeout: true,
  httpCompression: true,
  initialPacket: true,
  json: true,
  legacyBinary: true,
  legacyClient: true,
  legacyCloseTimeout: true,
  legacyPollingDuration: true,
  legacyTransports: true,
  logger: true,
  maxAckIdDigits: true,
  maxAttachmentBytes: true,
  maxAttachments: true,
  maxBufferedBytes: true,
  maxConnectionsPerAddress: true,
  maxDepth: true,
  maxEmptyNamespaces: true,
  maxEventNameLength: true,
  maxFragments: true,
  maxHttpBufferSize: true,
  maxNamespaceLength: true,
  maxNamespaceQueryLength: true,
  maxNamespacesPerConnection: true,
  maxPacketsPerPayload: true,
  maxPendingAcks: true,
  maxPendingBytes: true,
  maxPendingEvents: true,
  maxQueuedFrames: true,
  maxRoomNameLength: true,
  maxUnjoinedBytes: true,
  maxUnjoinedConnections: true,
  maxUnjoinedPerAddress: true,
  maxRoomsPerSocket: true,
  parser: true,
  path: true,
  perMessageDeflate: true,
  pingGrace: true,
  pingInterval: true,
  pingTimeout: true,
  rateLimits: true,
  releaseRequest: true,
  serial: true,
  serveClient: true,
  sessionId: true,
  slowConsumers: true,
  staticFiles: true,
  transports: true,
  upgradeTimeout: true,
  wsEngine: true,
} as const satisfies Record<keyof ServerOptions, true>;

/** Few changes make the one of the other, or capitals and separators alone do. */
const FEW = 2;
/** Of short names too many are alike. */
const SHORT = 5;

/** Tells of options that are none but look like one. What socket.io does not know either, it ignores, and so do we. */
export function warnOfMisspelt(options: object, warn: WarnOfOption): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(NAMES, name)) continue;
    const meant = Object.keys(NAMES).find((known) => looksLike(name, known));
    if (meant !== undefined) warn('SIO_OPTION_MISSPELT', `option ${name} is unknown: is ${meant} meant?`);
  }
}

function looksLike(name: string, known: string): boolean {
  const plain = name.replace(/[^a-z\d]/gi, '').toLowerCase();
  if (plain === known.toLowerCase()) return true;
  if (Math.min(name.length, known.length) < SHORT || Math.abs(name.length - known.length) > FEW) return false;
  return changes(plain, known.toLowerCase()) <= FEW;
}

/** How many characters have to be put in, taken out or replaced (Levenshtein's distance). */
function changes(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = (row[j] as number) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
