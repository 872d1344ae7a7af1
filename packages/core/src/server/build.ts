import cors from 'cors';
import { WebSocketServer } from 'ws';
import { defaultLimits } from '../codec/limits.js';
import type { PacketRules } from '../codec/packet-rules.js';
import { type EntranceSettings, makeEntrances } from '../dialect/entrances.js';
import { enabledGenerations } from '../dialect/generations.js';
import { legacySettings } from '../dialect/legacy/options.js';
import { defaultLogger } from '../namespace/reporter.js';
import { clientFiles } from './client-files.js';
import { engineOptions } from './engine-options.js';
import { EngineServer } from './engine-server.js';
import type { Endpoint } from './mount/endpoint.js';
import { defaults, type ServerOptions } from './options.js';
import { originCheck } from './origin.js';
import { ProtocolEndpoint } from './protocol-endpoint.js';

/** @throws TypeError for options that cannot be meant. */
export function buildEngine(options: ServerOptions): EngineServer {
  return new EngineServer(engineOptions(options));
}

/** Puts an engine, its dialects and everything in front of them together. */
export function buildEndpoint(engine: EngineServer, options: ServerOptions, close: () => Promise<void>): Endpoint {
  const path = options.path ?? defaults.path;
  return new ProtocolEndpoint({
    path,
    engine,
    entrances: makeEntrances(engine, entranceSettings(engine, options, path)),
    mayConnect: originCheck(options.allowedOrigins, options.cors),
    cors:
      options.cors === undefined || options.cors === false
        ? undefined
        : cors(options.cors === true ? {} : options.cors),
    middlewares: engine.middlewares,
    clientFiles: options.serveClient === false ? [] : [clientFiles()],
    webSockets: webSockets(options),
    close,
  });
}

function entranceSettings(engine: EngineServer, options: ServerOptions, path: string): EntranceSettings {
  const { generations = defaults.generations, allowEIO3 = defaults.allowEIO3, logger = defaultLogger } = options;
  return {
    enginePath: options.addTrailingSlash === false ? path : `${path}/`,
    rules: packetRules(options),
    generations: enabledGenerations(generations, allowEIO3),
    legacy: legacySettings(options, {
      path,
      kinds: engine.opts.transports,
      flash: false,
      warn: (message) => logger.warn(message),
    }),
  };
}

function packetRules(options: ServerOptions): PacketRules {
  return {
    ...defaultLimits,
    maxAttachments: options.maxAttachments ?? defaults.maxAttachments,
    maxAttachmentBytes: options.maxAttachmentBytes ?? defaults.maxAttachmentBytes,
  };
}

/** Fragments of one message, and chunks of a frame, that are held until it is whole. */
const MAX_PIECES = 4096;

function webSockets(options: ServerOptions): WebSocketServer {
  const Engine = options.wsEngine ?? WebSocketServer;
  const { perMessageDeflate = defaults.perMessageDeflate } = options;
  return new Engine({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: perMessageDeflate === true ? { threshold: 1024 } : perMessageDeflate,
    maxPayload: options.maxHttpBufferSize ?? defaults.maxHttpBufferSize,
    ...{ maxFragments: MAX_PIECES, maxBufferedChunks: MAX_PIECES },
  });
}
