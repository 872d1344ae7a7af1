import { WebSocketServer } from 'ws';
import type { JsonCodec } from '../codec/packet/json.js';
import type { PacketSettings } from '../dialect/engine/packets/formats.js';
import { checkedParser, ParserPackets } from '../dialect/engine/packets/parser.js';
import { legacySettings } from '../dialect/legacy/options.js';
import { type HandlerSettings, makeProtocolHandlers } from '../dialect/protocol-handlers.js';
import { enabledGenerations } from '../dialect/protocol-versions.js';
import { OptionError } from '../internal/option-error.js';
import { shown } from '../internal/shown.js';
import { defaultLogger, log } from '../namespace/events/reporter.js';
import { AdapterEncoder } from '../namespace/hub/encoder.js';
import { WebSocketAcceptor } from '../transport/websocket/acceptor.js';
import { ServedWebSocket } from '../transport/websocket/ws-transport.js';
import { corsMiddleware } from './endpoint/cors.js';
import { flashPolicyOf } from './endpoint/flash-policy.js';
import { hostCheck } from './endpoint/hosts.js';
import { originCheck } from './endpoint/origin.js';
import { type EndpointParts, ProtocolEndpoint } from './endpoint/protocol-endpoint.js';
import { EngineServer } from './engine-server.js';
import { engineOptions } from './options/engine-options.js';
import type { Settings } from './options/options.js';
import { clientFiles } from './static/client-files.js';
import { DiagnosticsPage } from './static/diagnostics/diagnostics.js';
import { legacyClientFiles } from './static/legacy-client-files.js';
import type { ServedFiles } from './static/served-files.js';

/** Makes the engine of a server. */
export function buildEngine(settings: Settings): EngineServer {
  return new EngineServer(engineOptions(settings));
}

const PUBLIC_DIAGNOSTICS =
  'option diagnostics is on in production: its page tells every visitor how requests reach this server';

/** How the server ends when what it is mounted on does, and how it tells the developer of mistakes. */
export type Ends = Pick<EndpointParts, 'close' | 'serverClosing' | 'serverClosed' | 'warn'>;

/** Puts an engine, its dialects and everything in front of them together. */
export function buildEndpoint(engine: EngineServer, settings: Settings, ends: Ends): ProtocolEndpoint {
  const { path, logger = defaultLogger, handshakeTimeout, establishedRequests } = settings;
  const handlers = makeProtocolHandlers(engine, handlerSettings(engine, settings, path));
  const mayConnect = originCheck(settings.allowedOrigins, settings.cors);
  const files = servedFiles(settings, (err) => log(logger, 'error', { err }, 'client files'));
  if (settings.diagnostics && process.env.NODE_ENV === 'production') log(logger, 'warn', PUBLIC_DIAGNOSTICS);
  // The last, for it may already listen: nothing may fail behind it.
  const policy = flashPolicyOf(settings.flashPolicy, (err) => log(logger, 'error', { err }, 'flash policy'));
  if (policy?.server !== undefined) engine.flashPolicyServer = policy.server;
  return new ProtocolEndpoint({
    path,
    engine,
    handlers,
    answersTo: settings.allowedHosts && hostCheck(settings.allowedHosts),
    mayConnect,
    cors: corsMiddleware(settings, mayConnect, (error) => engine.failed(error, 'handshake', 'cors')),
    middlewares: engine.middlewares,
    clientFiles: files,
    webSockets: webSockets(engine, settings),
    flashPolicy: policy?.file,
    handshakeTimeout,
    establishedRequests,
    logger,
    ...ends,
  });
}

/** Both clients have a file of the same name: with `legacyClient`, it is the old one. */
function servedFiles(
  { legacyClient, serveClient, diagnostics, transports }: Settings,
  report: (error: unknown) => void,
): ServedFiles[] {
  const files: ServedFiles[] = [];
  if (legacyClient) files.push(legacyClientFiles(report));
  if (serveClient) files.push(clientFiles(report));
  if (diagnostics) files.push(new DiagnosticsPage(transports));
  return files;
}

/** The options that the dialects need. */
export function handlerSettings(engine: EngineServer, settings: Settings, path: string): HandlerSettings {
  const { generations, allowEIO3, flashPolicy, logger = defaultLogger } = settings;
  return {
    enginePath: settings.addTrailingSlash ? `${path}/` : path,
    ...packetSettings(settings),
    generations: enabledGenerations(generations, allowEIO3),
    legacy: legacySettings(settings, {
      path,
      kinds: engine.opts.transports,
      flash: flashPolicy !== false,
      warn: (message) => log(logger, 'warn', message),
    }),
  };
}

/** How packets are written, and how strictly they are read. @throws OptionError for an invalid `parser` or `json`. */
export function packetSettings(settings: Settings): PacketSettings {
  return { rules: { ...settings, json: checkedJson(settings.json) }, parser: checkedParser(settings.parser) };
}

function checkedJson(json: unknown): JsonCodec | undefined {
  if (json === undefined) return undefined;
  const { stringify, parse } = (json ?? {}) as Partial<JsonCodec>;
  if (typeof stringify === 'function' && typeof parse === 'function') return json as JsonCodec;
  throw new OptionError(
    `option json must be an object with the functions stringify and parse, not ${shown(json, 'one without them')}`,
  );
}

/** The encoder that adapters call. */
export function adapterEncoder(settings: Settings): AdapterEncoder {
  const { rules, parser } = packetSettings(settings);
  return new AdapterEncoder(parser && new ParserPackets(parser, rules), rules.json);
}

/** Time (ms) that a WebSocket client has to answer a close. */
const LONGEST_CLOSE = 30_000;

function webSockets(engine: EngineServer, settings: Settings): WebSocketAcceptor {
  const Engine = settings.wsEngine ?? WebSocketServer;
  const { perMessageDeflate, pingTimeout, maxHttpBufferSize, maxFragments, maxControlFrames } = settings;
  // A client that does not answer a close is as silent as one that does not answer a heartbeat.
  const closeTimeout = Math.min(LONGEST_CLOSE, pingTimeout);
  const server = new Engine({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: perMessageDeflate === true ? { threshold: 1024 } : perMessageDeflate,
    maxPayload: maxHttpBufferSize,
    ...{
      WebSocket: ServedWebSocket,
      maxFragments,
      maxBufferedChunks: Math.max(maxFragments, maxHttpBufferSize / PIECE),
    },
    ...{ closeTimeout },
  });
  return new WebSocketAcceptor({
    server,
    isForeign: settings.wsEngine !== undefined,
    compresses: perMessageDeflate !== false,
    limits: { maxLength: maxHttpBufferSize, maxFragments, maxControlFrames, closeTimeout },
    flusher: engine.flusher,
  });
}

/** Bytes that a piece of a frame may be expected to have: a network packet brings more. */
const PIECE = 512;
