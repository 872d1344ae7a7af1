import type { Packet } from '../codec/packet/packet.js';
import type { Emitter } from '../internal/events/lazy-emitter.js';
import type { DeadlineQueue } from '../internal/time/deadlines.js';
import type { Exchange, Outcome, Reply } from '../transport/exchange.js';
import type { EncodedFrames, Frame, FrameEncoder, OutboundPacket } from '../transport/frame.js';
import type { CloseReason, Transport } from '../transport/transport.js';
import type { AcceptedWebSocket } from '../transport/websocket/accepted.js';
import type { WebTransportSession } from '../transport/webtransport/webtransport.js';
import type { DisconnectDetails, EndReason } from './disconnect-details.js';
import type { EngineContext } from './engine-context.js';
import type { HeartbeatConnection } from './heartbeat.js';
import type { PartialPacket } from './partial-packet.js';

/** The protocol versions that clients speak: `eio4` is Socket.IO 3 and 4, `eio3` 1 and 2, `0.9` 0.8 and 0.9. */
export type ProtocolVersion = '0.9' | 'eio3' | 'eio4';

/** A packet below the namespaces, as listeners of a raw connection see it. */
export interface RawPacket {
  /** `open`, `close`, `ping`, `pong`, `message`, `upgrade`, `noop`. */
  readonly type: string;
  readonly data: Frame | undefined;
}

/** Why a client may not enter a namespace, as its protocol version will be told. */
export interface ConnectFailure {
  /** A stable name for the reason, for protocol versions that tell one. */
  readonly name?: string;
  readonly message: string;
  readonly data?: unknown;
}

/** `opening` until the client may be sent something, `closing` while the last output waits. */
export type ReadyState = 'opening' | 'open' | 'closing' | 'closed';

/** A connection as its dialect sees it. */
export interface Connection extends HeartbeatConnection {
  readonly engine: EngineContext;
  /** Session id. */
  readonly id: string;
  readonly transport: Transport;
  readonly readyState: ReadyState;
  /** Another of the same protocol version may take over once the client has shown how it speaks. */
  dialect: Dialect;
  readonly receiver: PacketReceiver | undefined;
  /** The dialect's own memory of this connection. */
  dialectState: unknown;
  /** A binary packet whose attachments are still coming. */
  readonly partial: PartialPacket | undefined;
  /** Undefined while nothing listens to the connection. */
  readonly _events: Emitter['_events'];

  /** Reading from the client is paused. */
  readonly readingPaused: boolean;

  emit(event: string, ...args: unknown[]): boolean;
  /** Takes a frame of the client's. */
  onFrame(transport: Transport, frame: Frame): void;
  /** Queues one frame. It goes out with all others of this turn of the event loop. */
  sendFrame(frame: Frame, compress: boolean): void;
  /** Starts the deadline after which {@link Dialect.heartbeatDue} is called. */
  armHeartbeat(queue: DeadlineQueue): void;
  /** A binary packet whose attachments are still to come; they have a limited time. */
  expectAttachments(packet: Packet): void;
  onTransportClose(transport: Transport, reason: CloseReason, description?: unknown): void;
  /** Ends the connection. Queued output goes out first unless `discard` is true. */
  close(discard?: boolean, why?: Error): void;
  /** Ends a connection whose client broke a rule or does not read. */
  fail(reason: CloseReason, description: unknown): void;
}

/**
 * One protocol version: turns frames into packets and back and knows how connect, error, ack and close look. Everything
 * above calls these methods and never asks which version it talks to.
 */
export interface Dialect extends FrameEncoder {
  readonly protocolVersion: ProtocolVersion;
  /** Version of Engine.IO, for `conn.protocol`. */
  readonly protocol: number;
  /**
   * Packets for namespaces that are not joined, and second connects, are ignored, as servers of this protocol version did.
   * Otherwise they end the connection.
   */
  readonly tolerant: boolean;
  /** Clients of this version can come back for their socket. */
  readonly recovers: boolean;
  /** Answers a poll that waits when there is nothing to say. */
  readonly noop: string;

  /** Armed for each connection that opens; {@link heartbeatDue} is called when it passes. */
  readonly firstDeadline?: DeadlineQueue | undefined;

  /** The connection is established and its client attached. */
  opened?(conn: Connection): void;
  /** A frame came in on the current transport. */
  receive(conn: Connection, frame: Frame): void;
  /** The deadline that {@link Connection.armHeartbeat} set has passed. */
  heartbeatDue(conn: Connection): void;
  /** Another transport has taken over. */
  transportChanged(conn: Connection, from: Transport): void;
  /** The connection is read on after a pause. */
  readingResumed?(conn: Connection): void;
  /** The connection is over. */
  closed?(conn: Connection): void;

  /** A message of the application's own as a frame, past all namespaces. */
  message(data: string | Buffer): Frame;
  /** A frame of ours, as listeners of a raw connection see it. */
  describe(frame: Frame): RawPacket;

  /** Sends a packet to one connection. @throws CodecError when it cannot be encoded. */
  send(conn: Connection, packet: Packet, compress: boolean): void;
  /** Encodes a packet for many connections. @throws CodecError when it cannot be encoded. */
  encode(outbound: OutboundPacket): EncodedFrames;

  /** Public id of a socket in `nsp`. Must not give the session id away where the version allows. */
  socketId(conn: Connection, nsp: string): string;
  /** Tells the client that it is in. `pid` is the private id for state recovery. */
  sendConnected(conn: Connection, nsp: string, socketId: string, pid: string | undefined): void;
  sendConnectFailure(conn: Connection, nsp: string, failure: ConnectFailure): void;
}

/** Why a request is refused before its protocol handler sees it: its origin, its host, or a middleware that failed. */
export type RefusalCause = 'origin' | 'host' | 'middleware';

/** Takes the requests of one kind of client: decides on them before there is a connection, and hands on the others. */
export interface ProtocolHandler {
  /** Whether a request below the mount is for this handler. */
  claims(path: string, query: string): boolean;
  /** The id of the connection that such a request names. */
  sessionIdOf?(path: string, query: string): string | undefined;
  /** Whether the answer will be a script, which any page may load, and which browsers ask for without an `Origin`. */
  answersScript(exchange: Exchange): boolean;
  /** Answers such a request; an upgrade that may go on is answered with status 101. */
  handle(exchange: Exchange): Outcome | Promise<Outcome>;
  /** Refuses a request that was stopped before it came here, in words that its clients know. */
  refuse(exchange: Exchange, cause: RefusalCause): Outcome;
  /** Answers a request whose session was lost with its server, where clients expect another answer than status 400. */
  sessionLost?(exchange: Exchange): Reply | undefined;
  /** Refuses an upgrade of another server's session while this server ends, where clients do without the upgrade. */
  declineUpgrade?(exchange: Exchange): Reply | undefined;
  /** Takes a session that came past HTTP, where its clients have such. */
  acceptSession?(session: WebTransportSession): void;
  /** The upgrade has been accepted. */
  accept(exchange: Exchange, webSocket: AcceptedWebSocket): void;
}

/** Takes the packets of a connection: the client object of the namespace layer. */
export interface PacketReceiver {
  /** No namespace has been joined yet, nor asked for. */
  readonly untouched: boolean;
  /** Whether an event for this namespace will be handled. */
  takesEvents(nsp: string): boolean;
  onPacket(packet: Packet): void;
  /** A packet that could not be understood; the connection ends. */
  onInvalidPacket(error: Error): void;
  onConnectionClose(reason: EndReason, description: unknown, details: DisconnectDetails): void;
  /** Leaves every namespace, tells the client so, and closes the connection. */
  disconnect(): void;
}
