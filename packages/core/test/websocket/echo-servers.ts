import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { listenOnPort } from '@sio/test-kit';
import { WebSocketServer } from 'ws';
import { Flusher } from '../../src/internal/flusher.js';
import type { Frame } from '../../src/transport/frame.js';
import type { Transport, TransportOwner } from '../../src/transport/transport.js';
import type { AcceptedWebSocket } from '../../src/transport/websocket/accepted.js';
import { WebSocketAcceptor } from '../../src/transport/websocket/acceptor.js';

export interface EchoLimits {
  readonly maxLength: number;
  readonly maxFragments: number;
  readonly maxControlFrames: number;
  readonly closeTimeout: number;
}

export const LIMITS: EchoLimits = { maxLength: 100_000, maxFragments: 10, maxControlFrames: 1000, closeTimeout: 2000 };

const WIRE = { binaryPrefix: -1, compressFrom: 1024, base64: (data: Buffer) => data.toString('base64') };

/** Something that echoes messages. */
export interface EchoServer {
  readonly port: number;
  readonly http: Server;
  /** Why connections have ended: code of the client's close frame, or code of the error. */
  readonly ends: unknown[];
  /** Transports that are or were open; none where `ws` serves. */
  readonly transports: Transport[];
}

/** The WebSockets of the core, without anything above them. */
export async function ownEcho(limits: Partial<EchoLimits> = {}): Promise<EchoServer> {
  const flusher = new Flusher((error) => {
    throw error;
  });
  const server = new WebSocketServer({ noServer: true });
  const settings = { server, isForeign: false, compresses: false, limits: { ...LIMITS, ...limits }, flusher };
  const acceptor = new WebSocketAcceptor(settings);
  const ends: unknown[] = [];
  const transports: Transport[] = [];
  const owner: TransportOwner = {
    onFrame: (transport: Transport, frame: Frame) => transport.sendAll([frame], false),
    onWritable() {},
    onTransportClose: (_transport, _reason, description) => void ends.push((description as { code: unknown }).code),
  };
  const http = createServer();
  const taker = {
    accept(_upgrade: object, accepted: AcceptedWebSocket): void {
      const transport = accepted.open(WIRE);
      transport.owner = owner;
      transports.push(transport);
    },
  };
  http.on('upgrade', (req, socket: Duplex, head) => acceptor.accept({ req }, socket, head, [], taker));
  return { port: await listenOnPort(http), http, ends, transports };
}

/** The same with `ws`. */
export async function wsEcho(limits: Partial<EchoLimits> = {}): Promise<EchoServer> {
  const { maxLength, maxFragments, closeTimeout } = { ...LIMITS, ...limits };
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxLength,
    ...{ maxFragments, closeTimeout },
  });
  const ends: unknown[] = [];
  const http = createServer();
  http.on('upgrade', (req, socket: Duplex, head) =>
    server.handleUpgrade(req, socket, head, (ws) => {
      let failure: unknown;
      ws.on('message', (data, binary) => ws.send(data, { binary }));
      ws.on('error', (error: Error & { code?: string }) => {
        failure = error.code;
      });
      ws.on('close', (code) => ends.push(failure ?? code));
    }),
  );
  return { port: await listenOnPort(http), http, ends, transports: [] };
}
