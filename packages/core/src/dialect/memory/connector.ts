import type { Packet } from '../../codec/packet/packet.js';
import { captureScope } from '../../internal/node-internals.js';
import { randomId } from '../../internal/random-id.js';
import type { Frame } from '../../transport/frame.js';
import { type MemoryEnd, MemoryTransport } from '../../transport/memory.js';
import type { ProtocolVersion } from '../../virtual-socket/dialect.js';
import type { Engine } from '../../virtual-socket/engine.js';
import type { Origin } from '../../virtual-socket/request-info.js';
import { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import type { EngineDialect } from '../engine/dialect.js';
import { openFrame, parseEngineQuery } from '../engine/handshake.js';
import { LegacyDialect } from '../legacy/dialect.js';
import { LegacySession } from '../legacy/session.js';
import { engineDialects, type HandlerSettings } from '../protocol-handlers.js';
import { Engine3Peer, Engine4Peer } from './engine-peer.js';
import { LegacyPeer } from './legacy-peer.js';
import type { MemoryListener, MemoryPeer } from './peer.js';

/** A client in this process, which exchanges real frames of its protocol version with the server. */
export class MemoryClient implements MemoryEnd {
  /** The server's side of the connection. */
  readonly conn: VirtualSocket;
  readonly #transport: MemoryTransport;
  readonly #peer: MemoryPeer;
  readonly #listener: MemoryListener;

  /** @internal */
  constructor(
    listener: MemoryListener,
    binaryPrefix: number,
    makePeer: (frame: (frame: Frame) => void) => MemoryPeer,
    makeConn: (transport: MemoryTransport) => VirtualSocket,
  ) {
    this.#listener = listener;
    this.#transport = new MemoryTransport(this, binaryPrefix);
    this.#peer = makePeer((frame) => this.#transport.receive(frame));
    this.conn = makeConn(this.#transport);
  }

  /** Whether the client sends and answers heartbeats. @default true */
  get alive(): boolean {
    return this.#peer.alive;
  }

  set alive(alive: boolean) {
    this.#peer.alive = alive;
  }

  /** Asks to join a namespace. Clients before 3.0 join `/` without asking. */
  join(nsp: string, auth: Readonly<Record<string, unknown>> = {}): void {
    this.#peer.join(nsp, auth);
  }

  /** Sends an EVENT, ACK or DISCONNECT. @throws CodecError when the packet cannot be encoded. */
  send(packet: Packet): void {
    this.#peer.send(packet);
  }

  /** Closes the connection without a close packet. */
  close(): void {
    this.#peer.close();
    this.#transport.lost();
  }

  /** @internal */
  onFrame(frame: Frame): void {
    this.#peer.onFrame(frame);
  }

  /** @internal */
  onClose(): void {
    this.#peer.close();
    this.#listener.onClose();
  }
}

/** Lets clients of this process in, past HTTP, to the dialects that all others speak. */
export class InMemoryConnector {
  readonly #engine: Engine;
  readonly #settings: HandlerSettings;
  readonly #engineDialects: ReadonlyMap<string | undefined, EngineDialect>;
  readonly #legacy: LegacyDialect;

  constructor(engine: Engine, settings: HandlerSettings) {
    this.#engine = engine;
    this.#settings = settings;
    this.#engineDialects = engineDialects(engine, settings);
    this.#legacy = new LegacyDialect(engine, settings.rules, settings.legacy);
  }

  /**
   * Opens a connection.
   * @param auth what clients 0.9 identify themselves with in their handshake.
   * @throws Error for a protocol version that the server does not serve.
   */
  open(
    generation: ProtocolVersion,
    origin: Origin,
    auth: Readonly<Record<string, unknown>>,
    listener: MemoryListener,
  ): MemoryClient {
    const { generations } = this.#settings;
    if (!generations.includes(generation)) {
      throw new Error(
        `The server does not serve clients of protocol version ${generation}, only ${generations.join(', ')}`,
      );
    }
    return generation === '0.9' ? this.#openLegacy(origin, auth, listener) : this.#open(generation, origin, listener);
  }

  #open(generation: 'eio3' | 'eio4', origin: Origin, listener: MemoryListener): MemoryClient {
    const dialect = this.#engineDialects.get(generation === 'eio4' ? '4' : '3') as EngineDialect;
    const { pingInterval } = this.#engine.opts;
    const client = new MemoryClient(
      listener,
      dialect.websocket.binaryPrefix,
      (frame) =>
        generation === 'eio4'
          ? new Engine4Peer(frame, listener, this.#settings)
          : new Engine3Peer(frame, listener, this.#settings, pingInterval),
      (transport) => new VirtualSocket(this.#engine, dialect, randomId(), transport, origin, captureScope()),
    );
    const { conn } = client;
    conn.dialectState = dialect.remember?.(parseEngineQuery('transport=websocket'));
    this.#engine.register(conn, origin.req);
    conn.sendFrame(openFrame(this.#engine, conn.id, 'websocket'), false);
    conn.open();
    return client;
  }

  #openLegacy(origin: Origin, auth: Readonly<Record<string, unknown>>, listener: MemoryListener): MemoryClient {
    const client = new MemoryClient(
      listener,
      -1,
      (frame) => new LegacyPeer(frame, listener, this.#settings.rules.json),
      (transport) => new VirtualSocket(this.#engine, this.#legacy, randomId(), transport, origin, captureScope()),
    );
    const { conn } = client;
    const session = new LegacySession(auth, this.#legacy.times);
    session.conn = conn;
    conn.dialectState = session;
    this.#engine.register(conn, origin.req);
    conn.armHeartbeat(this.#engine.pingInterval);
    conn.open();
    return client;
  }
}
