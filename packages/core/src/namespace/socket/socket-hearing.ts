import { makePacket, type Packet, PacketType } from '../../codec/packet/packet.js';
import { ackChannel, eventChannel } from '../../internal/channels.js';
import { allOf, callListeners, contain } from '../../internal/lazy-emitter.js';
import { tooManyPending } from '../access/pending-limit.js';
import { ackOf, refusalOf } from '../access/refusal.js';
import type { DefaultRequest, MethodResolver } from '../contracts.js';
import { publishAck, publishEvent } from '../events/diagnostics.js';
import type { DefaultEventsMap, EventsMap } from '../events/events-map.js';
import type { Event } from '../events/socket-events.js';
import { untyped } from '../events/typed-emitter.js';
import type { AckCallback } from './acknowledgements.js';
import { SerialQueue } from './serial-queue.js';
import type { Socket } from './socket.js';
import { SocketState } from './socket-base.js';
import { SpeakingSocket } from './socket-speaking.js';

/** An event as `onevent` takes it. */
export interface EventPacket {
  readonly type: number;
  readonly nsp: string;
  data: Event;
}

/** How a socket hears: who is asked about an event, who handles it and when, and what its client is told in return. */
export abstract class HearingSocket<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
  Request = DefaultRequest,
> extends SpeakingSocket<ListenEvents, EmitEvents, ServerSideEvents, SocketData, Request> {
  /** @internal Events that are being handled, or whose acknowledgement a listener has yet to give. */
  _busy = 0;

  /** @internal An event has come. */
  _onEvent(received: Event, id: number | undefined): void {
    const data = this.#named(received);
    if (eventChannel.hasSubscribers) publishEvent(this, data, id !== undefined);
    const { expiry, rates } = this.server;
    if (expiry.ends(this as unknown as Socket)) return;
    if (rates.countsEvents && !rates.admits(this as unknown as Socket, data[0], id)) return;
    const extras = this._lazyState;
    if (extras === undefined || !extras.watchesIncoming) return this.#guarded(data, id);
    extras.incoming(this, data, id === undefined ? undefined : this._ackFunction(id, data[0]), (error) => {
      if (error === undefined) this.#guarded(data, id);
      else this._onProtocolError(error);
    });
  }

  /** @internal Finds the methods of a class. */
  get _methods(): MethodResolver | undefined {
    return undefined;
  }

  /**
   * An event under the name of the method that it will reach, so that guards, rates, middlewares and logs that go by the name see
   * the same one however a client spells it. A listener for exactly this name goes first.
   */
  #named(data: Event): Event {
    const name = data[0];
    if (this._events?.[name] !== undefined) return data;
    const event = this._methods?.find(name)?.event;
    return event === undefined || event === name ? data : [event, ...data.slice(1)];
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
    const line = this._lazyState?.line;
    if (line === undefined) return this.#openLine(this._handle(data, id));
    const { maxPendingEvents } = this.server.limits;
    if (line.waiting >= maxPendingEvents) return this.client.conn.close(false, tooManyPending(maxPendingEvents));
    const { _pending: pending } = this.client;
    const cost = pending.add(data);
    line.add(() => {
      pending.remove(cost);
      return this.connected ? this._handle(data, id) : undefined;
    });
  }

  #openLine(running: Promise<void> | undefined): void {
    if (running === undefined) return;
    const more = this._lazy;
    more.line = new SerialQueue(running, () => {
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
    if (this.onevent !== HearingSocket.prototype.onevent) return this.#callReplaced(data, id);
    const slot = this._events?.[data[0]];
    if (slot === undefined) return false;
    const args: unknown[] = data.slice(1);
    if (id !== undefined) args.push(this.#owedAck(id, data[0]));
    return callListeners(untyped(this), data[0], args, (error) => this._report(error, 'event', data[0]), running);
  }

  /**
   * @internal Calls the listeners of an event. Catch-all recipes and libraries for socket.io replace it with a function of
   * their own, which may call this one.
   */
  onevent({ data }: EventPacket): void {
    callListeners(untyped(this), data[0], data.slice(1), (error) => this._report(error, 'event', data[0]));
  }

  /** The acknowledgement already stands behind the arguments, where `onevent` of socket.io adds it. */
  #callReplaced(data: Event, id: number | undefined): boolean {
    const args: Event = [...data];
    if (id !== undefined) args.push(this.#owedAck(id, data[0]));
    const packet = { type: PacketType.EVENT, nsp: this.nsp.name, data: args };
    contain(
      () => this.onevent(packet),
      (error) => this._report(error, 'event', data[0]),
    );
    return true;
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
    if (ackChannel.hasSubscribers) publishAck(this, 'out', event, args);
  }

  /** @internal Tells the client as much as it may know, and whoever takes care of failures everything. */
  _fail(error: unknown, event: string, id: number | undefined): void {
    const refusal = refusalOf(error);
    try {
      if (id !== undefined) this._acknowledge(id, [ackOf(refusal)], event);
      else if (this.connected) (this.emit as (...args: unknown[]) => boolean)('error', refusal.name, refusal.message);
    } catch (failure) {
      this._report(failure, 'ack', event);
      // Its data has no wire form: the rest is told.
      const told = { name: refusal.name, message: refusal.message };
      if (id !== undefined) this._contain('ack', () => this._acknowledge(id, [ackOf(told)], event));
    }
    this._report(error, 'event', event);
  }

  /** @internal An acknowledgement has come. */
  _onAck({ id, data }: Packet): void {
    const callback = this._takeAck(id);
    if (ackChannel.hasSubscribers) publishAck(this, 'in', undefined, data as unknown[]);
    if (callback !== undefined) this._contain('ack', () => callback(...(data as unknown[])));
  }

  /** @internal Runs what may fail. */
  _contain(phase: string, run: () => unknown): void {
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
}
