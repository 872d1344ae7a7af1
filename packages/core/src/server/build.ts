import cors from 'cors';
import { WebSocketServer } from 'ws';
import type { JsonCodec } from '../codec/packet/custom-json.js';
import type { PacketSettings } from '../dialect/engine/packets/formats.js';
import { checkedParser, ParserPackets } from '../dialect/engine/packets/parser.js';
import { legacySettings } from '../dialect/legacy/options.js';
import { type EntranceSettings, makeEntrances } from '../dialect/protocol-handlers.js';
import { enabledGenerations } from '../dialect/protocol-versions.js';
import { OptionError } from '../internal/option-error.js';
import { defaultLogger, log } from '../namespace/events/reporter.js';
import { AdapterEncoder } from '../namespace/hub/encoder.js';
import { ServedWebSocket } from '../transport/websocket/websocket.js';
import { containedCors } from './contained-cors.js';
import { EngineServer } from './engine-server.js';
import { flashPolicyOf } from './flash-policy.js';
import type { EngineMiddleware } from './middlewares.js';
import { engineOptions } from './options/engine-options.js';
import { limitsOf } from './options/limit-options.js';
import { defaults, type ServerOptions } from './options/options.js';
import { corsOfAllowed, type OriginCheck, originCheck } from './origin.js';
import { type EndpointParts, ProtocolEndpoint } from './protocol-endpoint.js';
import { clientFiles } from './static/client-files.js';
import { legacyClientFiles } from './static/legacy-client-files.js';
import type { PackageFiles } from './static/package-files.js';

/** @throws OptionError for options that cannot be meant. */
export function buildEngine(options: ServerOptions): EngineServer {
  return new EngineServer(engineOptions(options));
}

/** How the server ends when what it is mounted on does. */
export type Ends = Pick<EndpointParts, 'close' | 'serverClosing'>;

/** Puts an engine, its dialects and everything in front of them together. */
export function buildEndpoint(engine: EngineServer, options: ServerOptions, ends: Ends): ProtocolEndpoint {
  const { path = defaults.path, logger = defaultLogger, handshakeTimeout = defaults.handshakeTimeout } = options;
  const entrances = makeEntrances(engine, entranceSettings(engine, options, path));
  const mayConnect = originCheck(options.allowedOrigins, options.cors);
  const files = servedFiles(options, (err) => log(logger, 'error', { err }, 'client files'));
  // The last, for it may already listen: nothing may fail behind it.
  const policy = flashPolicyOf(options.flashPolicy, (err) => log(logger, 'error', { err }, 'flash policy'));
  engine.flashPolicyServer = policy?.server;
  return new ProtocolEndpoint({
    path,
    engine,
    entrances,
    mayConnect,
    cors: corsMiddleware(options, mayConnect, (error) => engine.failed(error, 'handshake', 'cors')),
    middlewares: engine.middlewares,
    clientFiles: files,
    webSockets: webSockets(options),
    flashPolicy: policy?.file,
    handshakeTimeout,
    ...ends,
  });
}

function corsMiddleware(
  options: ServerOptions,
  mayConnect: OriginCheck,
  report: (error: unknown) => void,
): EngineMiddleware | undefined {
  if (options.cors === false) return undefined;
  if (options.cors !== undefined) {
    return unlessSet(cors(options.cors === true ? {} : containedCors(options.cors, report)));
  }
  return options.allowedOrigins === undefined ? undefined : unlessSet(cors(corsOfAllowed(mayConnect)));
}

/** Where the app has set CORS headers already, ours would contradict them. */
function unlessSet(middleware: EngineMiddleware): EngineMiddleware {
  return (req, res, next) => {
    if (res.hasHeader('access-control-allow-origin')) next();
    else middleware(req, res, next);
  };
}

/** Both clients have a file of the same name: who asks for the old one means it. */
function servedFiles(
  { legacyClient = defaults.legacyClient, serveClient }: ServerOptions,
  report: (error: unknown) => void,
): PackageFiles[] {
  const old = legacyClient ? [legacyClientFiles(report)] : [];
  return serveClient === false ? old : [...old, clientFiles(report)];
}

/** What the dialects need, out of what the user said. */
export function entranceSettings(engine: EngineServer, options: ServerOptions, path: string): EntranceSettings {
  const { generations = defaults.generations, allowEIO3 = defaults.allowEIO3, logger = defaultLogger } = options;
  return {
    enginePath: engine.opts.path,
    ...packetSettings(options),
    generations: enabledGenerations(generations, allowEIO3),
    legacy: legacySettings(options, {
      path,
      kinds: engine.opts.transports,
      flash: options.flashPolicy !== undefined && options.flashPolicy !== false,
      warn: (message) => log(logger, 'warn', message),
    }),
  };
}

/** How packets are written, and how strictly they are read. @throws OptionError for a parser, or JSON, that is none. */
export function packetSettings(options: ServerOptions): PacketSettings {
  return { rules: { ...limitsOf(options), json: checkedJson(options.json) }, parser: checkedParser(options.parser) };
}

function checkedJson(json: unknown): JsonCodec | undefined {
  if (json === undefined) return undefined;
  const { stringify, parse } = (json ?? {}) as Partial<JsonCodec>;
  if (typeof stringify === 'function' && typeof parse === 'function') return json as JsonCodec;
  throw new OptionError('option json: an object with the functions stringify and parse is expected');
}

/** What adapters call. */
export function adapterEncoder(options: ServerOptions): AdapterEncoder {
  const { rules, parser } = packetSettings(options);
  return new AdapterEncoder(parser && new ParserPackets(parser, rules), rules.json);
}

/** Milliseconds. */
const LONGEST_GOODBYE = 30_000;

function webSockets(options: ServerOptions): WebSocketServer {
  const Engine = options.wsEngine ?? WebSocketServer;
  const { perMessageDeflate = defaults.perMessageDeflate, pingTimeout = defaults.pingTimeout } = options;
  const { maxHttpBufferSize, maxFragments } = limitsOf(options);
  return new Engine({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: perMessageDeflate === true ? { threshold: 1024 } : perMessageDeflate,
    maxPayload: maxHttpBufferSize,
    ...{ WebSocket: ServedWebSocket, maxFragments, maxBufferedChunks: maxFragments },
    // Whoever does not answer a goodbye is as silent as one that does not answer a heartbeat.
    ...{ closeTimeout: Math.min(LONGEST_GOODBYE, pingTimeout) },
  });
}
