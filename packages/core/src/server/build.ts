import cors from 'cors';
import { WebSocketServer } from 'ws';
import { defaultLimits } from '../codec/limits.js';
import type { PacketRules } from '../codec/packet-rules.js';
import { makeEntrances } from '../dialect/entrances.js';
import { enabledGenerations } from '../dialect/generations.js';
import { ClientFiles } from './client-files.js';
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
  const enginePath = options.addTrailingSlash === false ? path : `${path}/`;
  return new ProtocolEndpoint({
    path,
    engine,
    entrances: makeEntrances(engine, {
      enginePath,
      rules: packetRules(options),
      generations: enabledGenerations(
        options.generations ?? defaults.generations,
        options.allowEIO3 ?? defaults.allowEIO3,
      ),
    }),
    mayConnect: originCheck(options.allowedOrigins, options.cors),
    cors:
      options.cors === undefined || options.cors === false
        ? undefined
        : cors(options.cors === true ? {} : options.cors),
    middlewares: engine.middlewares,
    clientFiles: options.serveClient === false ? undefined : new ClientFiles(),
    webSockets: webSockets(options),
    close,
  });
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
