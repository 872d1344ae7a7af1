import { makePacket, type Packet, PacketType } from '../codec/packet.js';
import { enterScope, forkScope } from '../internal/async-scope.js';
import { ackChannel, connectionChannel, disconnectionChannel, eventChannel } from '../internal/channels.js';
import { allOf, callListeners, contain } from '../internal/lazy-emitter.js';
import { LimitExceeded } from '../internal/limit-exceeded.js';
import { type DisconnectDetails, detailsOf } from '../virtual-socket/disconnect-details.js';
import type { AckCallback } from './acknowledgements.js';
import { tellAck, tellConnection, tellDisconnection, tellEvent } from './diagnostics.js';
import type { DefaultEventsMap, EventsMap } from './events-map.js';
import type { DefaultRequest } from './hub-host.js';
import { Line } from './line.js';
import type { Ticket } from './recovery/ticket.js';
import { ackOf, refusalOf } from './refusal.js';
import { SocketState } from './socket-base.js';
import type { DisconnectReason, Event } from './socket-events.js';
import { SpeakingSocket } from './socket-speaking.js';
import { untyped } from './typed-emitter.js';

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
> extends SpeakingSocket<ListenEvents, EmitEvents, ServerSideEvents, SocketData, Request> {
  /** What the client sent before it is told that it is in. */
  #held: Packet[] | undefined = undefined;
  /** @internal Events that are being handled, or whose acknowledgement a listener has yet to give. */
  _busy = 0;

  // ---- coming in ----

  /** @internal Before the client is told. Returning false, or a promise of it, keeps it out. */
  _beforeConnect(_auth: unknown): unknown {
    return true;
  }

  /** @internal Tells the client that it is in, then what was said to it meanwhile, then takes what it said. */
  _connect(): void {
    const { conn } = this.client;
    this._state = SocketState.CONNECTED;
    this.#contain('adapter', () => this.join(this.id));
    this.client.joined();
    if (this._ticket !== undefined) this.#sendMissed(this._ticket);
    conn.dialect.sendConnected(conn, this.nsp.name, this.id, this._ticket?.pid);
    if (connectionChannel.hasSubscribers) tellConnection(this);
    this._sendHeld();
    this.nsp._announce(this as unknown as Socket);
    this._connected();
    if (this.server.releaseRequest) conn.releaseRequest(false);
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) for (const packet of held) this._onPacket(packet);
  }

  /** What the client has missed goes before the word that it is in again. */
  #sendMissed(ticket: Ticket): void {
    const { returning } = ticket;
    ticket.returning = undefined;
    for (const data of returning?.missed() ?? []) {
      this.client.send(makePacket(PacketType.EVENT, this.nsp.name, data), true);
    }
    this.nsp._recovery?.entered(this as unknown as Socket, ticket);
  }

  /** @internal For subclasses: the client has been told. */
  _connected(): void {}

  /** @internal The client was kept out, or left before it was in. */
  _abandon(): void {
    if (this._state === SocketState.GONE) return;
    this._state = SocketState.GONE;
    this.#held = undefined;
    this._dropHeld();
    const returning = this._ticket?.returning;
    if (this.conn.readyState === 'open') returning?.refuse();
    else returning?.giveBack();
    this.#contain('adapter', () => this.adapter.delAll(this.id));
    this.client._remove(this as unknown as Socket);
    this.#forgetAuth();
    this._ended();
  }

  /** @internal A packet for this socket. */
  _onPacket(packet: Packet): void {
    if (this._state !== SocketState.CONNECTED) return this.#hold(packet);
    switch (packet.type) {
      case PacketType.EVENT:
        return forkScope(this.conn.scope, this.#onEvent, this, packet.data as Event, packet.id);
      case PacketType.ACK:
        return this.#onAck(packet);
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
    if (this.#held.length < maxPendingEvents) this.#held.push(packet);
    else this.client.conn.close(false, tooManyPending(maxPendingEvents));
  }

  #onEvent(data: Event, id: number | undefined): void {
    if (eventChannel.hasSubscribers) tellEvent(this, data, id !== undefined);
    const { rates } = this.server;
    if (rates.countsEvents && !rates.admits(this as unknown as Socket, data[0], id)) return;
    const extras = this._extras;
    if (extras === undefined || !extras.watchesIncoming) return this.#guarded(data, id);
    extras.incoming(this, data, id === undefined ? undefined : this._ackFunction(id, data[0]), (error) => {
      if (error === undefined) this.#guarded(data, id);
      else this._onProtocolError(error);
    });
  }

  #guarded(data: Event, id: number | undefined): void {
    const { guards, authority } = this.server;
    if (authority !== undefined && data[0] === authority.renewEvent) {
      return void authority.renew(this as unknown as Socket, data, id);
    }
    if (guards === undefined) this._dispatch(data, id);
    else guards.event(this as unknown as Socket, data, id, () => this._dispatch(data, id));
  }

  /** @internal Finds who handles an event. */
  _dispatch(data: Event, id: number | undefined): void {
    if (this.server.serial) this._standInLine(data, id);
    else this._callListeners(data, id);
  }

  /** @internal Handles an event once that before it has been handled. */
  _standInLine(data: Event, id: number | undefined): void {
    const line = this._extras?.line;
    if (line === undefined) return this.#openLine(this._handle(data, id));
    const { maxPendingEvents } = this.server.limits;
    if (line.waiting >= maxPendingEvents) this.client.conn.close(false, tooManyPending(maxPendingEvents));
    else line.add(() => (this.connected ? this._handle(data, id) : undefined));
  }

  #openLine(running: Promise<void> | undefined): void {
    if (running === undefined) return;
    const more = this._more;
    more.line = new Line(running, () => {
      more.line = undefined;
    });
  }

  /** @internal @returns a promise that never fails, when others are to wait for it. */
  _handle(data: Event, id: number | undefined): Promise<void> | undefined {
    const running: Promise<unknown>[] = [];
    this._callListeners(data, id, running);
    return allOf(running);
  }

  /**
   * @internal Listeners of the function style.
   * @param running gets the promises of those that are not done at once.
   * @returns whether there was one.
   */
  _callListeners(data: Event, id: number | undefined, running?: Promise<unknown>[]): boolean {
    const slot = this._events?.[data[0]];
    if (slot === undefined) return false;
    const args: unknown[] = data.slice(1);
    if (id !== undefined) args.push(this.#owedAck(id, data[0]));
    return callListeners(untyped(this), data[0], args, (error) => this._report(error, 'event', data[0]), running);
  }

  /** The same as `_ackFunction`, for one that is known to be wanted. */
  #owedAck(id: number, event: string): AckCallback {
    this._busy++;
    const acknowledge = this._ackFunction(id, event);
    let owed = true;
    return (...args) => {
      if (owed) this._busy--;
      owed = false;
      acknowledge(...args);
    };
  }

  /** @internal Something that its client waits for is still under way. */
  get _isBusy(): boolean {
    if (this._busy > 0 || this._state === SocketState.JOINING || this.#held !== undefined) return true;
    if (this._extras?.line !== undefined || this._awaitsAcks) return true;
    return this.server.guards?.holds(this as unknown as Socket) === true;
  }

  /** @internal What a listener gets to acknowledge with; works once. */
  _ackFunction(id: number, event: string): AckCallback {
    let sent = false;
    return (...args) => {
      if (sent) return;
      sent = true;
      this._acknowledge(id, args, event);
    };
  }

  /** @internal */
  _acknowledge(id: number, args: unknown[], event: string): void {
    if (this._state === SocketState.GONE) return;
    this.client.send(makePacket(PacketType.ACK, this.nsp.name, args, id), true);
    if (ackChannel.hasSubscribers) tellAck(this, 'out', event, args);
  }

  /** @internal Tells the client as much as it may know, and whoever takes care of failures everything. */
  _fail(error: unknown, event: string, id: number | undefined): void {
    const refusal = refusalOf(error);
    try {
      if (id !== undefined) this._acknowledge(id, [ackOf(refusal)], event);
      else if (this.connected) (this.emit as (...args: unknown[]) => boolean)('error', refusal.name, refusal.message);
    } catch (failure) {
      this._report(failure, 'ack', event);
    }
    this._report(error, 'event', event);
  }

  #onAck({ id, data }: Packet): void {
    const callback = this._takeAck(id);
    if (ackChannel.hasSubscribers) tellAck(this, 'in', undefined, data as unknown[]);
    if (callback !== undefined) this.#contain('ack', () => callback(...(data as unknown[])));
  }

  #contain(phase: string, run: () => unknown): void {
    contain(run, (error) => this._report(error, phase, undefined));
  }

  /** @internal Told to `error` listeners; without any it is nobody's business. */
  _onProtocolError(error: unknown): void {
    this._tell('error', [error]);
  }

  /** @internal Calls the listeners of one of our own events. */
  _tell(event: string, args: unknown[]): void {
    callListeners(untyped(this), event, args, (error) => this._report(error, 'listener', event));
  }

  // ---- leaving ----

  /** Until when its authentication holds; then it is sent away. Undefined: as long as the connection. */
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
    this.#contain('auth', () => {
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
    conn.dialect.sendConnectFailure(conn, this.nsp.name, { message: 'Connection rejected by server' });
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
    this.#contain('adapter', () => this.adapter.delAll(this.id));
    this.#forgetAuth();
    this.nsp._remove(this as unknown as Socket);
    this.client._remove(this as unknown as Socket);
    this._extras?.rejectPending(new Error('socket has been disconnected'));
    if (disconnectionChannel.hasSubscribers) tellDisconnection(this, reason);
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

/** Whoever is not in yet, or waits for a decision, cannot make us keep any number of events. */
export function tooManyPending(limit: number): LimitExceeded {
  return new LimitExceeded('too_many_pending_events', `More than ${limit} events wait`);
}
