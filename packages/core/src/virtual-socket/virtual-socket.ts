import type { Packet } from '../codec/packet/packet.js';
import { type Deadline, DeadlineQueue } from '../internal/deadlines.js';
import type { CloseReason, Frame, Transport } from '../transport/transport.js';
import type { PacketReceiver } from './dialect.js';
import { type DisconnectDetails, detailsOf } from './disconnect-details.js';
import { PartialPacket } from './partial-packet.js';
import { SendingConnection } from './sending-connection.js';
import type { UnjoinedConnection, UnjoinedPlace } from './unjoined-connections.js';
import type { UpgradeAttempt } from './upgrade.js';

/** Of a connection about which nothing can be found out any more. */
const NO_DETAILS: DisconnectDetails = Object.freeze({
  code: 'transport_error',
  by: 'server',
  lastPongAge: 0,
  bufferedBytes: 0,
  eventLoopLag: 0,
  closeCode: undefined,
  hint: undefined,
});

interface PendingClose {
  readonly reason: CloseReason;
  readonly why: Error | undefined;
}

/** Why connections are closing, while output still waits: no connection needs room for it before. */
const farewells = new WeakMap<VirtualSocket, PendingClose>();

/**
 * One client's connection, whatever transports, requests and upgrades it is made of: what socket.io calls the engine
 * socket (`socket.conn`). Frames that no transport can take yet wait here; a dialect gives them their meaning.
 *
 * Events: `packet`, `packetCreate`, `message`, `data`, `heartbeat`, `flush`, `drain`, `upgrading`, `upgrade`, `close`.
 */
export class VirtualSocket extends SendingConnection implements Deadline, UnjoinedConnection {
  /** @internal Until it joins its first namespace, and again while its client has yet to hear of its end. */
  place: UnjoinedPlace | undefined = undefined;
  /** An upgrade is being tried. */
  upgrade: UpgradeAttempt | undefined = undefined;
  /** It has changed from polling to another transport. */
  upgraded = false;
  /** Looks that have seen nothing come, the next included, since a heartbeat's answer is due; 0 while none is. */
  #looks = 0;
  /** What {@link showsLife} has seen. */
  #received = 0;
  #taken = -1;
  /** @internal */
  receiver: PacketReceiver | undefined = undefined;
  /** The dialect's own memory of this connection. */
  partial: PartialPacket | undefined = undefined;
  /** @internal */
  dialectState: unknown = undefined;

  /** @internal */
  due = 0;
  /** @internal */
  previousDeadline: Deadline | undefined = undefined;
  /** @internal */
  nextDeadline: Deadline | undefined = undefined;
  /** @internal */
  deadlineQueue: DeadlineQueue | undefined = undefined;

  /** An upgrade is being tried. */
  get upgrading(): boolean {
    return this.upgrade !== undefined;
  }

  /** Milliseconds since the client has last shown that it lives, as far as heartbeats tell. */
  get lastPongAge(): number {
    const armed = this.deadlineQueue ?? this.engine.expiring;
    if (armed === undefined) return Date.now() - this.openedAt;
    const waited = this.#looks === 0 ? armed.duration : this.#looks * armed.duration + this.engine.opts.pingInterval;
    const answered = this.due - waited;
    return Math.max(0, Math.round(performance.now() - answered));
  }

  /** Marks the connection as established and lets the dialect greet the client. */
  open(): void {
    if (this.readyState !== 'opening') return;
    if (this.transport.streaming && this.place !== undefined) this.place.heard = true;
    this.readyState = 'open';
    this.engine.emit('connection', this);
    this.dialect.opened(this);
  }

  // ---- incoming ----

  /** @internal */
  onFrame(transport: Transport, frame: Frame): void {
    if (transport !== this.transport || this.readyState === 'closed') return;
    if (this.place !== undefined) this.engine.unjoinedConnections.heard(this);
    if (this.readyState === 'opening') this.open();
    this.dialect.receive(this, frame);
  }

  /** @internal */
  onWritable(transport: Transport): void {
    if (transport !== this.transport) return;
    if (this.place !== undefined) this.engine.unjoinedConnections.heard(this);
    if (this.readyState === 'opening') this.open();
    this.transportWritable();
  }

  /** Nothing more is read from the client for now, as too much of what it has sent waits. */
  get readingPaused(): boolean {
    return this.transport.readingPaused;
  }

  /** @internal Makes the client wait before it can send more, as far as the transport can. */
  pauseReading(): void {
    if (this.readyState !== 'closed') this.transport.pauseReading();
  }

  /** @internal */
  resumeReading(): void {
    if (!this.transport.readingPaused) return;
    this.transport.resumeReading();
    this.dialect.readingResumed?.(this);
  }

  // ---- heartbeat ----

  /** @internal */
  armHeartbeat(queue: DeadlineQueue): void {
    if (this.readyState !== 'closed') queue.arm(this);
  }

  /** @internal */
  onDeadline(queue: DeadlineQueue): void {
    if (this.readyState === 'closed') return this.#giveUp();
    this.engine.expiring = queue;
    this.dialect.heartbeatDue(this);
    this.engine.expiring = undefined;
  }

  /** A heartbeat is out and its answer is due. */
  get awaitingPong(): boolean {
    return this.#looks > 0;
  }

  /** @internal From now on silence counts. @param beside bytes that have come beside the transport. */
  awaitPong(beside = 0): void {
    this.showsLife(beside);
    this.#looks = 1;
    this.armHeartbeat(this.engine.look);
  }

  /** @internal Goes on waiting for it. @returns false when nothing has come for a whole ping timeout. */
  stillAwaitsPong(beside = 0): boolean {
    if (this.showsLife(beside)) this.#looks = 1;
    else if (this.#looks >= this.engine.looks) return false;
    else this.#looks++;
    this.armHeartbeat(this.engine.look);
    return true;
  }

  /** @internal */
  pongCame(): void {
    this.#looks = 0;
  }

  /**
   * @internal Whether anything has come from the client since this was last asked, or was taken by it of what was then waiting: a message on
   * its way over a slow link, which heartbeats cannot overtake, shows that the client lives.
   */
  showsLife(beside = 0): boolean {
    const { transport } = this;
    // Of 32 bits, which need no object of their own on each connection's heap.
    const received = (transport.bytesReceived + beside) | 0;
    const taken = transport.bytesTaken;
    const more = received !== this.#received || (this.#taken !== -1 && taken !== this.#taken);
    this.#received = received;
    this.#taken = taken;
    return more;
  }

  /** @internal A binary packet of which attachments are still to come; they have a limited time. */
  expectAttachments(packet: Packet): void {
    this.partial = new PartialPacket(this, packet);
    this.engine.attachmentTimeout.arm(this.partial);
  }

  // ---- change of transport and end ----

  /** An upgrade has succeeded: from now on `transport` carries the frames; what waits goes out on it first. */
  replaceTransport(transport: Transport): void {
    this.#adopt(transport);
    this.upgraded = true;
    if (this._events !== undefined) this.emit('upgrade', transport);
    this.resumeOutput();
  }

  /** The same where clients change their transport without asking. */
  switchTransport(transport: Transport): void {
    this.#adopt(transport);
    this.resumeOutput();
  }

  #adopt(transport: Transport): void {
    const previous = this.transport;
    previous.discard();
    transport.owner = this;
    this.transport = transport;
    if (previous.readingPaused) {
      previous.resumeReading();
      transport.pauseReading();
    }
    this.dialect.transportChanged(this, previous);
    // Whoever has moved on reads nothing there any more.
    previous.forceClose();
  }

  /**
   * Ends the connection; output that waits goes out first unless `discard`.
   * @param why what the client has done to deserve it, if anything.
   */
  close(discard = false, why?: Error): void {
    if (this.readyState === 'closed') return;
    if (why !== undefined) farewells.set(this, { reason: 'forced close', why });
    // Whoever broke a rule is not waited for.
    const gone = why !== undefined && !this.transport.writable;
    if (discard || gone || this.readyState === 'opening') return this.emptied();
    this.readyState = 'closing';
    if (!this.hasOutput) this.emptied();
  }

  /** @internal Ends the connection and tells its client that the server wants it so: it does not come back by itself. */
  disconnect(): void {
    // A handshake that has opened no transport yet has no namespaces to leave.
    if (this.receiver === undefined) this.close(true);
    else this.receiver.disconnect();
  }

  /** Ends the connection because the server does, as soon as what waits is out: its client will come back by itself. */
  shutDown(): void {
    if (this.readyState === 'closed') return;
    farewells.set(this, { reason: 'server shutting down', why: undefined });
    this.transport.goingAway = true;
    this.close();
  }

  protected override emptied(): void {
    const pendingClose = farewells.get(this);
    this.#end(pendingClose?.reason ?? 'forced close', pendingClose?.why);
  }

  /** A client that does not read must not make us hold its messages for ever. */
  protected override overflow(): void {
    const why = new Error(`${this.bufferedBytes} bytes wait for a client that does not read`);
    this.engine.flow.slowConsumers++;
    this.#abort('slow consumer', why, false);
  }

  /** Ends a connection whose client broke a rule or does not read. */
  fail(reason: CloseReason, description: unknown): void {
    if (this.readyState === 'closed') return;
    const { transport } = this;
    this.#end(reason, description);
    // Whoever is silent will not say goodbye either.
    if (reason === 'ping timeout') transport.forceClose();
  }

  #end(reason: CloseReason, description: unknown): void {
    const details = detailsOf(this, reason, description);
    this.upgrade?.cancel();
    this.transport.close();
    this.#closed(reason, description, details);
  }

  /** @internal */
  onTransportClose(transport: Transport, reason: CloseReason, description?: unknown): void {
    if (transport !== this.transport) return;
    if (this.readyState === 'closed') return this.#forget(true);
    this.#end(reason, description);
  }

  /** @param gone its client is not waited for. */
  #closed(reason: CloseReason, description: unknown, details: DisconnectDetails, gone = false): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    const isUnused = this.place !== undefined && this.receiver?.untouched !== false;
    this.engine.ended(this);
    DeadlineQueue.cancel(this);
    if (this.partial !== undefined) DeadlineQueue.cancel(this.partial);
    this.partial = undefined;
    // What it still sends is read and dropped, up to its goodbye.
    this.resumeReading();
    this.dialect.closed?.(this);
    if (!gone && this.transport.lingering && reason !== 'transport close') this.#linger();
    else this.#forget(false);
    this.receiver?.onConnectionClose(reason, description, details);
    if (this._events !== undefined) this.emit('close', reason, description);
    this.forgetOutput();
    // No application has a socket that could ask for it.
    if (isUnused) this.releaseRequest(false);
  }

  /** @internal Ends at once: another connection needs what it takes. Its client is not waited for. */
  evict(why: Error): void {
    if (this.readyState === 'closed') return this.#giveUp();
    this.#abort('forced close', why, true);
  }

  /** @internal Work on this connection has thrown: it alone ends, at once. */
  crashed(error: unknown): void {
    if (this.readyState === 'closed') return;
    try {
      this.#abort('transport error', error, true);
    } catch {
      // Its transport throws again: what is left of it is forgotten all the same.
      this.#closed('transport error', error, NO_DETAILS, true);
    }
  }

  /** Closing it in an orderly way would wait for its client to read. */
  #abort(reason: CloseReason, description: unknown, gone: boolean): void {
    const details = detailsOf(this, reason, description);
    this.forgetOutput();
    this.upgrade?.cancel();
    this.transport.abort();
    this.#closed(reason, description, details, gone);
  }

  #linger(): void {
    this.engine.keepLingering(this);
    this.engine.linger.arm(this);
  }

  /** Its client was waited for in vain. */
  #giveUp(): void {
    this.#forget(true);
    this.transport.forceClose();
  }

  #forget(lingered: boolean): void {
    DeadlineQueue.cancel(this);
    this.engine.forget(this, lingered);
  }
}
