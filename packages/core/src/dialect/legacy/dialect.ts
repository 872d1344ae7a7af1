import { CodecError } from '../../codec/codec-error.js';
import { type LegacyPacket, LegacyType, makeLegacyPacket } from '../../codec/legacy/legacy.js';
import { decodeLegacyPacket } from '../../codec/legacy/legacy-decoder.js';
import { encodeLegacyPacket } from '../../codec/legacy/legacy-encoder.js';
import { decodeLegacyPayload } from '../../codec/legacy/legacy-payload.js';
import { makePacket, type Packet, type PacketRules, PacketType } from '../../codec/packet/packet.js';
import { randomId } from '../../internal/random-id.js';
import { EncodedFrames, type Frame, type OutboundPacket } from '../../transport/frame.js';
import type { Transport } from '../../transport/transport.js';
import type { ConnectFailure, Connection, Dialect, RawPacket } from '../../virtual-socket/dialect.js';
import type { EngineContext } from '../../virtual-socket/engine-context.js';
import { awaitPong, awaitsPong, pongCame, showsLife, stillAwaitsPong } from '../../virtual-socket/heartbeat.js';
import { type BinaryPolicy, BinaryRefused } from './binary.js';
import { connectQuery, namespaceOf, readLegacy } from './incoming.js';
import { messageOf, writeLegacy } from './outgoing.js';
import type { LegacySession, PollTimes } from './session.js';
import type { LegacySettings } from './settings.js';

const CONNECTED = '1::';
const GOODBYE = '0::';
const HEARTBEAT = '2::';
const FRAMED = 0xfffd;

/** Socket.IO 0.8 and 0.9, which knows no Engine.IO: transports and packets are one protocol, and each frame is one packet. */
export class LegacyDialect implements Dialect {
  readonly protocolVersion = '0.9';
  readonly protocol = 1;
  readonly slot = 2;
  readonly tolerant = true;
  readonly recovers = false;
  readonly noop = '8::';
  readonly times: PollTimes;
  readonly #engine: EngineContext;
  readonly #rules: PacketRules;
  readonly #binary: BinaryPolicy;

  constructor(engine: EngineContext, rules: PacketRules, settings: LegacySettings) {
    this.#engine = engine;
    this.#rules = rules;
    this.#binary = settings.binary;
    this.times = {
      held: engine.deadlines.of(settings.pollingDuration),
      away: engine.deadlines.of(settings.closeTimeout),
    };
  }

  // ---- the connection ----

  /** The client considers itself in the main namespace as soon as its transport is open. */
  opened(conn: Connection): void {
    conn.sendFrame(CONNECTED, false);
    conn.receiver?.onPacket(makePacket(PacketType.CONNECT, '/', sessionOf(conn).auth));
  }

  transportChanged(conn: Connection, from: Transport): void {
    from.close();
    // A stream may have ended in a proxy, and with it our first word.
    if (from.streaming && !sessionOf(conn).heard) conn.sendFrame(CONNECTED, false);
    pongCame(conn);
    if (conn.transport.streaming) conn.armHeartbeat(this.#engine.pingInterval);
  }

  heartbeatDue(conn: Connection): void {
    const { transport } = conn;
    if (!transport.streaming) this.#pollDue(conn);
    else if (!awaitsPong(conn)) {
      conn.sendFrame(HEARTBEAT, false);
      awaitPong(conn, sessionOf(conn).uploads.bytes);
    } else if (!stillAwaitsPong(conn, sessionOf(conn).uploads.bytes)) {
      conn.fail('ping timeout', new Error('heartbeat timeout'));
    }
  }

  /** One that polls says by that it lives, unless it is busy with a POST, or with the answer to its last poll. */
  #pollDue(conn: Connection): void {
    const { transport } = conn;
    if (transport.writable) transport.sendAll([this.noop], false);
    else if (showsLife(conn, sessionOf(conn).uploads.bytes)) conn.armHeartbeat(this.times.away);
    else conn.fail('ping timeout', new Error('close timeout'));
  }

  readingResumed(conn: Connection): void {
    const session = sessionOf(conn);
    const read = session.readPost;
    session.readPost = undefined;
    read?.();
  }

  closed(conn: Connection): void {
    sessionOf(conn).uploads.abandon();
  }

  // ---- coming in ----

  receive(conn: Connection, frame: Frame): void {
    // There is no binary in this protocol.
    if (typeof frame !== 'string') return;
    this.#alive(conn);
    if (frame.charCodeAt(0) !== FRAMED) return this.#packet(conn, frame);
    const { frames } = decodeLegacyPayload(frame, this.#engine.opts.maxPacketsPerPayload);
    for (const packet of frames) this.#packet(conn, packet);
  }

  /** Whatever a client says shows that it lives. */
  #alive(conn: Connection): void {
    sessionOf(conn).heard = true;
    if (!awaitsPong(conn)) return;
    pongCame(conn);
    conn.armHeartbeat(this.#engine.pingInterval);
    if (conn._events !== undefined) conn.emit('heartbeat');
  }

  #packet(conn: Connection, text: string): void {
    if (conn.readyState !== 'open') return;
    if (conn._events !== undefined) announce(conn, text);
    const packet = this.#read(text);
    if (packet !== undefined) this.#take(conn, packet);
  }

  /** A packet that cannot be understood is ignored, as servers of this protocol version did. */
  #read(text: string): LegacyPacket | undefined {
    try {
      const packet = decodeLegacyPacket(text, this.#rules);
      packet.data = this.#binary.incoming(packet.data);
      return packet;
    } catch (error) {
      // A value that the application's own JSON has made may throw anything.
      if (!(error instanceof CodecError) && this.#rules.json === undefined) throw error;
      return undefined;
    }
  }

  /** An id without `+` asks for a receipt, which is given before the application sees the packet. */
  #confirm(conn: Connection, { type, id, appAck, endpoint }: LegacyPacket): void {
    if (id === undefined || appAck || type < LegacyType.MESSAGE || type > LegacyType.EVENT) return;
    // A receipt is a promise: what is not going to be handled gets none.
    if (conn.receiver?.takesEvents(namespaceOf(endpoint)) !== true) return;
    const receipt = makeLegacyPacket(LegacyType.ACK, endpoint);
    receipt.ackId = id;
    conn.sendFrame(encodeLegacyPacket(receipt), false);
  }

  #take(conn: Connection, packet: LegacyPacket): void {
    if (packet.type === LegacyType.DISCONNECT) this.#leave(conn, packet.endpoint);
    else if (packet.type === LegacyType.CONNECT) this.#join(conn, packet);
    else {
      const read = readLegacy(packet);
      if (read === undefined) return;
      this.#confirm(conn, packet);
      conn.receiver?.onPacket(read);
    }
  }

  #join(conn: Connection, packet: LegacyPacket): void {
    const auth = { ...sessionOf(conn).auth, ...connectQuery(packet) };
    conn.receiver?.onPacket(makePacket(PacketType.CONNECT, namespaceOf(packet.endpoint), auth));
  }

  #leave(conn: Connection, endpoint: string): void {
    const nsp = namespaceOf(endpoint);
    if (nsp === '/') return this.goodbye(conn);
    sessionOf(conn).joined.delete(nsp);
    conn.receiver?.onPacket(makePacket(PacketType.DISCONNECT, nsp));
  }

  /** The client leaves altogether. */
  goodbye(conn: Connection): void {
    if (conn.readyState === 'open') {
      for (const nsp of sessionOf(conn).joined) conn.receiver?.onPacket(makePacket(PacketType.DISCONNECT, nsp));
      conn.sendFrame(GOODBYE, false);
    }
    // Without an open transport no request will fetch it.
    conn.close(!conn.transport.writable);
  }

  // ---- going out ----

  message(data: string | Buffer): Frame {
    return encodeLegacyPacket(messageOf('', typeof data === 'string' ? data : data.toString('base64')));
  }

  describe(frame: Frame): RawPacket {
    return describeText(String(frame));
  }

  send(conn: Connection, packet: Packet, compress: boolean): void {
    const text = writeLegacy(packet, this.#binary, this.#rules.json);
    if (text === undefined) return;
    conn.sendFrame(text, compress);
    if (packet.type === PacketType.DISCONNECT) this.#sentAway(conn, packet.nsp);
  }

  /** To leave the main namespace is to leave altogether. Later: the caller has not noted it yet. */
  #sentAway(conn: Connection, nsp: string): void {
    sessionOf(conn).joined.delete(nsp);
    if (nsp === '/') process.nextTick(() => conn.close());
  }

  encode(outgoing: OutboundPacket): EncodedFrames {
    const text = this.#encoded(outgoing.packet);
    return new EncodedFrames(text === undefined ? [] : [text]);
  }

  /** A broadcast goes on for the others. */
  #encoded(packet: Packet): string | undefined {
    try {
      return writeLegacy(packet, this.#binary, this.#rules.json);
    } catch (error) {
      if (!(error instanceof BinaryRefused)) throw error;
      this.#binary.warn(error);
      return undefined;
    }
  }

  /** Unrelated to the session id, which would let others speak for this client. */
  socketId(): string {
    return randomId();
  }

  sendConnected(conn: Connection, nsp: string): void {
    // The main namespace's answer was our first word.
    if (nsp === '/') return;
    sessionOf(conn).joined.add(nsp);
    this.send(conn, makePacket(PacketType.CONNECT, nsp), true);
  }

  /** The packet for it knows three reasons and no text, which therefore follows in an event. */
  sendConnectFailure(conn: Connection, nsp: string, { name = 'unauthorized', message, data }: ConnectFailure): void {
    const details = data === undefined ? [name, message] : [name, message, data];
    const event = writeLegacy(makePacket(PacketType.EVENT, nsp, ['error', ...details]), this.#binary, this.#rules.json);
    this.send(conn, makePacket(PacketType.CONNECT_ERROR, nsp), true);
    if (event !== undefined) conn.sendFrame(event, true);
  }
}

function sessionOf(conn: Connection): LegacySession {
  return conn.dialectState as LegacySession;
}

/** There is nothing below a packet in this protocol: its data is all of it. */
function describeText(text: string): RawPacket {
  return { type: NAMES[text.charCodeAt(0) - 0x30] ?? 'error', data: text };
}

/** For applications that look at the raw packets of a connection. */
function announce(conn: Connection, text: string): void {
  conn.emit('packet', describeText(text));
  conn.emit('data', text);
  conn.emit('message', text);
}

const NAMES: readonly string[] = [
  'disconnect',
  'connect',
  'heartbeat',
  'message',
  'json',
  'event',
  'ack',
  'error',
  'noop',
];
