import { stringifySetCookie } from 'cookie';
import type { HttpCompression } from '../../transport/polling/respond.js';
import type { EngineOptions } from '../../virtual-socket/engine-options.js';
import { cookieDefaults, type SessionCookieOptions } from './nested.js';
import { defaults, type Settings } from './options.js';

/** The options that the layers below need. */
export function engineOptions(settings: Settings): EngineOptions {
  const { path, addTrailingSlash, httpCompression, perMessageDeflate, cookie, ...rest } = settings;
  return {
    path: addTrailingSlash ? `${path}/` : path,
    pingInterval: rest.pingInterval,
    pingTimeout: rest.pingTimeout,
    pingGrace: rest.pingGrace,
    upgradeTimeout: rest.upgradeTimeout,
    maxHttpBufferSize: rest.maxHttpBufferSize,
    maxBufferedChunks: rest.maxBufferedChunks,
    httpRequestBodyTimeout: rest.httpRequestBodyTimeout,
    maxPacketsPerPayload: rest.maxPacketsPerPayload,
    maxQueuedFrames: rest.maxQueuedFrames,
    maxBufferedBytes: rest.maxBufferedBytes,
    maxConnectionsPerAddress: rest.maxConnectionsPerAddress,
    maxUnjoinedConnections: rest.maxUnjoinedConnections,
    maxUnjoinedBytes: rest.maxUnjoinedBytes,
    maxUnjoinedPerAddress: rest.maxUnjoinedPerAddress,
    attachmentTimeout: rest.attachmentTimeout,
    allowEIO3: rest.allowEIO3,
    cors: rest.cors === false ? undefined : rest.cors,
    wsEngine: rest.wsEngine,
    slowConsumers: rest.slowConsumers,
    transports: rest.transports,
    allowUpgrades: rest.allowUpgrades,
    httpCompression: compressionOf(httpCompression),
    compressFrom: thresholdOf(perMessageDeflate),
    initialPacket: rest.initialPacket as string | Buffer | undefined,
    allowRequest: rest.allowRequest,
    sessionCookie: cookieHeader(cookie),
  };
}

/** Options spelled out as undefined mean the default. */
export function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

function compressionOf(option: boolean | Partial<HttpCompression>): HttpCompression | undefined {
  if (option === false) return undefined;
  return option === true ? { threshold: 0 } : { ...defaults.httpCompression, ...option };
}

/** `ws` itself heeds the threshold only for clients that give up their context after each message. */
function thresholdOf(option: Settings['perMessageDeflate']): number {
  return (typeof option === 'object' ? option.threshold : undefined) ?? 1024;
}

/** @returns what makes a `Set-Cookie` value from a session id; undefined without the option `cookie`. */
export function cookieHeader(option: boolean | SessionCookieOptions): ((sid: string) => string) | undefined {
  if (option === false) return undefined;
  const cookie = { ...cookieDefaults, ...(option === true ? {} : withoutUndefined(option)) };
  // Numbers come as text out of the environment.
  const { maxAge } = cookie as { maxAge?: unknown };
  const age = typeof maxAge === 'string' && /^\d+$/.test(maxAge) ? { maxAge: Number(maxAge) } : {};
  return (sid) => stringifySetCookie({ ...cookie, ...age, value: sid });
}
