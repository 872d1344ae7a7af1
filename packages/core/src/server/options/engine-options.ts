import { stringifySetCookie } from 'cookie';
import { bytesOf } from '../../codec/bytes.js';
import { OptionError } from '../../internal/option-error.js';
import type { HttpCompression } from '../../transport/polling/respond.js';
import type { EngineOptions, SlowConsumers } from '../../virtual-socket/engine-options.js';
import { limitsOf } from './limit-options.js';
import { cookieDefaults, defaults, type ServerOptions, type SessionCookieOptions } from './options.js';

/** What the layers below need, out of what the user said. @throws OptionError for values that cannot be meant. */
export function engineOptions(given: ServerOptions): EngineOptions {
  const options = { ...defaults, ...withoutUndefined(given) };
  checkPositive(options, DURATIONS);
  const limits = limitsOf(options);
  return {
    path: enginePath(options.path, options.addTrailingSlash),
    pingInterval: options.pingInterval,
    pingTimeout: options.pingTimeout,
    pingGrace: options.pingGrace,
    upgradeTimeout: options.upgradeTimeout,
    maxHttpBufferSize: limits.maxHttpBufferSize,
    maxPacketsPerPayload: limits.maxPacketsPerPayload,
    maxQueuedFrames: limits.maxQueuedFrames,
    maxBufferedBytes: limits.maxBufferedBytes,
    maxConnectionsPerAddress: limits.maxConnectionsPerAddress,
    maxUnjoinedConnections: limits.maxUnjoinedConnections,
    maxUnjoinedBytes: limits.maxUnjoinedBytes,
    maxUnjoinedPerAddress: limits.maxUnjoinedPerAddress,
    attachmentTimeout: limits.attachmentTimeout,
    slowConsumers: checkedPolicy(options.slowConsumers),
    transports: checkedTransports(options.transports),
    allowUpgrades: options.allowUpgrades,
    httpCompression: compressionOf(options.httpCompression),
    compressFrom: thresholdOf(options.perMessageDeflate),
    initialPacket: initialPacketOf(given.initialPacket),
    allowRequest: given.allowRequest,
    sessionCookie: cookieOf(options.cookie),
  };
}

function initialPacketOf(packet: unknown): string | Buffer | undefined {
  if (packet === undefined) return undefined;
  const data = typeof packet === 'string' ? packet : bytesOf(packet);
  if (data === undefined)
    throw new OptionError(`option initialPacket: text or bytes are expected, not ${typeof packet}`);
  return data;
}

/** The one path that connections are made on. */
function enginePath(path: string, addTrailingSlash: boolean): string {
  return addTrailingSlash ? `${path}/` : path;
}

/** Options spelled out as undefined mean the default. */
export function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

const DURATIONS = ['pingInterval', 'pingTimeout', 'upgradeTimeout'] as const;

function checkPositive(
  options: Required<Pick<ServerOptions, (typeof DURATIONS)[number]>>,
  names: typeof DURATIONS,
): void {
  for (const name of names) {
    const value: unknown = options[name];
    if (typeof value !== 'number' || !(value > 0)) {
      throw new OptionError(`option ${name}: a number above 0 is expected, not ${String(value)}`);
    }
  }
}

function checkedPolicy(policy: SlowConsumers): SlowConsumers {
  if (policy === 'disconnect' || policy === 'drop-oldest') return policy;
  if (policy === 'drop oldest') return 'drop-oldest';
  throw new OptionError("option slowConsumers: 'disconnect' or 'drop-oldest' is expected");
}

const TRANSPORTS = new Set<string>(['polling', 'websocket', 'webtransport']);

function checkedTransports(transports: readonly string[]): readonly string[] {
  if (!Array.isArray(transports) || transports.length === 0 || !transports.every((name) => TRANSPORTS.has(name))) {
    throw new OptionError(`option transports: a list of ${[...TRANSPORTS].join(', ')} is expected`);
  }
  return transports;
}

function compressionOf(option: boolean | Partial<HttpCompression>): HttpCompression | undefined {
  if (option === false) return undefined;
  return option === true ? { threshold: 0 } : { ...defaults.httpCompression, ...option };
}

/** `ws` itself heeds the threshold only for clients that give up their context after each message. */
function thresholdOf(option: ServerOptions['perMessageDeflate']): number {
  return (typeof option === 'object' ? option.threshold : undefined) ?? 1024;
}

function cookieOf(option: boolean | SessionCookieOptions): ((sid: string) => string) | undefined {
  if (option === false) return undefined;
  const cookie = { ...cookieDefaults, ...(option === true ? {} : withoutUndefined(option)) };
  return (sid) => stringifySetCookie({ ...cookie, value: sid });
}
