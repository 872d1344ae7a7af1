import { makePacket, type Packet, PacketType } from '../../codec/packet/packet.js';
import { enterScope, forkScope } from '../../internal/async-scope.js';
import { connectionChannel, disconnectionChannel } from '../../internal/channels.js';
import type { LimitExceeded } from '../../internal/limit-exceeded.js';
import { type DisconnectDetails, detailsOf } from '../../virtual-socket/disconnect-details.js';
import { tooManyPending } from '../access/pending-limit.js';
import type { DefaultRequest } from '../contracts.js';
import { publishConnection, publishDisconnection } from '../events/diagnostics.js';
import type { DefaultEventsMap, EventsMap } from '../events/events-map.js';
import type { DisconnectReason, Event } from '../events/socket-events.js';
import type { RecoverySession } from '../recovery/recovery-session.js';
import type { WaitingPacket } from './pending-input.js';
import { SocketState } from './socket-base.js';
import { HearingSocket } from './socket-hearing.js';

/** What is known of an end beside its reason. */
interface End {
  readonly description: unknown;
  readonly details: DisconnectDetails;
}

/**
 * A client in a namespace.
 *
 * Events: `disconnecting(reason, description, details)`, `disconnect(reason, description, details)`, `error(error)`, and
 * what the client sends.
 */
export class Socket<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
  Request = DefaultRequest,
> extends HearingSocket<ListenEvents, EmitEvents, ServerSideEvents, SocketData, Request> {
  /** What the client sent before it is told that it is in. */
  #held: WaitingPacket[] | undefined = undefined;

  // ---- coming in ----

  /** @internal Before the client is told. Returning false, or a promise of it, keeps it out. */
  _beforeConnect(_auth: unknown): unknown {
    return true;
  }

  /** @internal Tells the client that it is in, then what was said to it meanwhile, then takes what it said. */
  _connect(): void {
    const { conn } = this.client;
    this._state = SocketState.CONNECTED;
    this._contain('adapter', () => void this.join(this.id));
    this.client.joined();
    if (this._ticket !== undefined) this.#sendMissed(this._ticket);
    if (!this.client.sendConnected(this.nsp.name, this.id, this._ticket?.pid)) return;
    if (connectionChannel.hasSubscribers) publishConnection(this);
    this._sendHeld();
    this.nsp._announce(this as unknown as Socket);
    this._connected();
    if (this.server.releaseRequest) conn.releaseRequest(false);
    const held = this.#takeHeld();
    if (held !== undefined) for (const { packet } of held) this._onPacket(packet);
  }

  /** What the client has missed goes before the word that it is in again. */
  #sendMissed(ticket: RecoverySession): void {
    const { returning } = ticket;
    ticket.returning = undefined;
    for (const data of returning?.missed() ?? []) {
      this._contain('recovery', () => this.client.send(makePacket(PacketType.EVENT, this.nsp.name, data), true));
    }
    this.nsp._recovery?.entered(this as unknown as Socket, ticket, returning);
  }

  /** @internal For subclasses: the client has been told. */
  _connected(): void {}

  /** @internal The client was kept out, or left before it was in. */
  _abandon(): void {
    if (this._state === SocketState.GONE) return;
    this._state = SocketState.GONE;
    this.#takeHeld();
    this._dropHeld();
    const returning = this._ticket?.returning;
    if (this.conn.readyState === 'open') returning?.refuse();
    else returning?.giveBack();
    this._contain('adapter', () => this.adapter.delAll(this.id));
    this.client._remove(this as unknown as Socket);
    this.#forgetAuth();
    this._ended();
  }

  /** @internal A packet for this socket. */
  _onPacket(packet: Packet): void {
    if (this._state !== SocketState.CONNECTED) return this.#hold(packet);
    switch (packet.type) {
      case PacketType.EVENT:
        return forkScope(this.conn.scope, this._onEvent, this, packet.data as Event, packet.id);
      case PacketType.ACK:
        return this._onAck(packet);
      case PacketType.DISCONNECT:
        return this._onClose('client namespace disconnect', undefined);
      default:
        // A client has no business to send a connect error.
        this.client.conn.close();
    }
  }

  #hold(packet: Packet): void {
    if (this._state !== SocketState.JOINING) return;
    this.#held ??= [];
    const { maxPendingEvents } = this.server.limits;
    if (this.#held.length >= maxPendingEvents) this.client.conn.close(false, tooManyPending(maxPendingEvents));
    else this.#held.push({ packet, cost: this.client._pending.add(packet.data) });
  }

  /** What has waited for the client to be let in, and waits no longer. */
  #takeHeld(): readonly WaitingPacket[] | undefined {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) for (const { cost } of held) this.client._pending.remove(cost);
    return held;
  }

  /** @internal Something that its client waits for is still under way. */
  get _isBusy(): boolean {
    if (this._busy > 0 || this._state === SocketState.JOINING || this.#held !== undefined) return true;
    if (this._lazyState?.line !== undefined || this._awaitsAcks) return true;
    return this.server.guards?.holds(this as unknown as Socket) === true;
  }

  // ---- leaving ----

  /**
   * Until when its authentication holds. No event that comes later is handled, and within a second its client is sent away.
   * Undefined: as long as the connection.
   */
  get expiresAt(): Date | undefined {
    return this.server.expiry.of(this as unknown as Socket);
  }

  /** @throws TypeError for what is no time. */
  set expiresAt(time: Date | number | undefined) {
    if (this._state !== SocketState.GONE) this.server.expiry.set(this as unknown as Socket, time);
  }

  /** @internal Its client is no longer who it said, or can no longer be sure to be. */
  _endAuth(why: LimitExceeded): void {
    if (this._state === SocketState.JOINING) return this._abandonRequested(false);
    if (this._state !== SocketState.CONNECTED) return;
    this._contain('auth', () => {
      (this.emit as (...args: unknown[]) => boolean)('error', why.code, why.message);
      this.client.sendDisconnect(this.nsp.name);
    });
    this._onClose('auth ended', why);
  }

  /**
   * Sends the client away from this namespace.
   * @param close ends the whole connection, all its namespaces included.
   */
  disconnect(close = false): this {
    if (this._state === SocketState.JOINING) this._abandonRequested(close);
    if (this._state !== SocketState.CONNECTED) return this;
    if (close) this.client.disconnect();
    else {
      this.client.sendDisconnect(this.nsp.name);
      this._onClose('server namespace disconnect', undefined);
    }
    return this;
  }

  /** @internal Sent away before it was in: the connect is refused. */
  _abandonRequested(close: boolean): void {
    const { conn } = this.client;
    this._abandon();
    this.client.sendConnectFailure(this.nsp.name, { message: 'Connection rejected by server' });
    if (close) conn.close();
  }

  /** @internal The client is gone. */
  _onClose(reason: DisconnectReason, description: unknown, known?: DisconnectDetails): void {
    const details = known ?? detailsOf(this.conn, reason, description);
    enterScope(this.conn.scope, this.#close, this, reason, { description, details });
  }

  #close(reason: DisconnectReason, { description, details }: End): void {
    if (this._state === SocketState.JOINING) return this._abandon();
    if (this._state !== SocketState.CONNECTED) return;
    this._state = SocketState.LEAVING;
    this._tell('disconnecting', [reason, description, details]);
    this._disconnecting(reason, description, details);
    this._state = SocketState.GONE;
    if (this._ticket !== undefined) this.nsp._recovery?.left(this as unknown as Socket, this._ticket, reason);
    this._contain('adapter', () => this.adapter.delAll(this.id));
    this.#forgetAuth();
    this.nsp._remove(this as unknown as Socket);
    this.client._remove(this as unknown as Socket);
    this._lazyState?.rejectPending(new Error('socket has been disconnected'));
    if (disconnectionChannel.hasSubscribers) publishDisconnection(this, reason);
    this._tell('disconnect', [reason, description, details]);
    this._disconnected(reason, description, details);
    this._ended();
  }

  /** @internal For subclasses. */
  _disconnecting(_reason: string, _description: unknown, _details: DisconnectDetails): void {}

  /** @internal For subclasses. */
  _disconnected(_reason: string, _description: unknown, _details: DisconnectDetails): void {}

  #forgetAuth(): void {
    const { authority, expiry } = this.server;
    expiry.forget(this as unknown as Socket);
    authority?.forget(this as unknown as Socket);
  }
}
