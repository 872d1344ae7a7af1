import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Packet } from '../codec/packet/packet.js';
import type { Exchange, Outcome } from '../transport/exchange.js';
import type { EncodedFrames, Frame, Transport } from '../transport/transport.js';
import type { WebTransportSession } from '../transport/webtransport/webtransport.js';
import type { DisconnectDetails, EndReason } from './disconnect-details.js';
import type { OutboundPacket } from './outbound-packet.js';
import type { VirtualSocket } from './virtual-socket.js';

/** The three families of clients, by the protocol they speak. */
export type ProtocolVersion = '0.9' | 'eio3' | 'eio4';

/** A packet below the namespaces, as listeners of a raw connection see it. */
export interface RawPacket {
  /** `open`, `close`, `ping`, `pong`, `message`, `upgrade`, `noop`. */
  readonly type: string;
  readonly data: Frame | undefined;
}

/** Why a client may not enter a namespace, as its revision will be told. */
export interface ConnectFailure {
  /** A stable name for the reason, for revisions that tell one. */
  readonly name?: string;
  readonly message: string;
  readonly data?: unknown;
}

/**
 * One protocol revision: turns frames into packets and back and knows how connect, error, ack and close look. Everything
 * above calls these methods and never asks which revision it talks to.
 */
export interface Dialect {
  readonly generation: ProtocolVersion;
  /** Engine.IO revision, for `conn.protocol`. */
  readonly protocol: number;
  /** Position of this dialect's wire form in an {@link OutboundPacket}. */
  readonly slot: number;
  /**
   * Packets for namespaces that are not joined, and second connects, are ignored, as this generation's servers did.
   * Otherwise they end the connection.
   */
  readonly tolerant: boolean;
  /** Clients of this revision can come back for their socket. */
  readonly recovers: boolean;

  /** The connection is established and its client attached. */
  opened(conn: VirtualSocket): void;
  /** A frame came in on the current transport. */
  receive(conn: VirtualSocket, frame: Frame): void;
  /** The deadline that {@link VirtualSocket.armHeartbeat} set has passed. */
  heartbeatDue(conn: VirtualSocket): void;
  /** Another transport has taken over. */
  transportChanged(conn: VirtualSocket, from: Transport): void;
  /** The connection is read on after a pause. */
  readingResumed?(conn: VirtualSocket): void;
  /** The connection is over. */
  closed?(conn: VirtualSocket): void;

  /** A message of the application's own as a frame, past all namespaces. */
  message(data: string | Buffer): Frame;
  /** What a frame of ours is, for those who watch packets go out. */
  describe(frame: Frame): RawPacket;

  /** Sends a packet to one connection. @throws CodecError when it cannot be encoded. */
  send(conn: VirtualSocket, packet: Packet, compress: boolean): void;
  /** Encodes a packet for many connections. @throws CodecError when it cannot be encoded. */
  encode(outgoing: OutboundPacket): EncodedFrames;

  /** Public id of a socket in `nsp`. Must not give the session id away where the revision allows. */
  socketId(conn: VirtualSocket, nsp: string): string;
  /** Tells the client that it is in. `pid` is the private id for state recovery. */
  sendConnected(conn: VirtualSocket, nsp: string, socketId: string, pid: string | undefined): void;
  sendConnectFailure(conn: VirtualSocket, nsp: string, failure: ConnectFailure): void;
}

/** Why a request does not even get to its family's door: a foreign page, or a middleware that failed. */
export type RefusalCause = 'origin' | 'middleware';

/** The door for a family of dialects: decides on requests before there is a connection, and hands others to theirs. */
export interface ProtocolHandler {
  /** Whether a request below the mount belongs to this family. */
  claims(path: string, query: string): boolean;
  /** The id of the connection that such a request names. */
  sessionIdOf?(path: string, query: string): string | undefined;
  /** Whether the answer will be a script, which any page may load, and which browsers ask for without an `Origin`. */
  answersScript(exchange: Exchange): boolean;
  /** Answers such a request; an upgrade that may go on is answered with status 101. */
  handle(exchange: Exchange): Outcome | Promise<Outcome>;
  /** Refuses a request that was stopped before it came here, in words that this family knows. */
  refuse(exchange: Exchange, cause: RefusalCause): Outcome;
  /** Takes a session that came past HTTP, where the family has such. */
  welcome?(session: WebTransportSession): void;
  /** The 101 is out. */
  accept(exchange: Exchange, ws: WebSocket, socket: Duplex): void;
}

/** Who takes the packets of a connection: the client object of the namespace layer. */
export interface PacketReceiver {
  /** Whether an event for this namespace will be handled. */
  takesEvents(nsp: string): boolean;
  /** Leaves every namespace, tells the client so, and closes the connection. */
  disconnect(): void;
  /** Nobody has joined anything yet, or asked to. */
  readonly untouched: boolean;
  onPacket(packet: Packet): void;
  /** A packet that could not be understood; the connection ends. */
  onInvalidPacket(error: Error): void;
  onConnectionClose(reason: EndReason, description: unknown, details: DisconnectDetails): void;
}
