import type { BroadcastOptions } from 'socket.io-adapter';
import { makePacket, type Packet, PacketType } from '../../codec/packet/packet.js';
import { markAsMessage } from '../../codec/packet/sent-message.js';
import { emitChannel } from '../../internal/channels.js';
import { ContainedPromise, contained } from '../../internal/contained-promise.js';
import { LimitExceeded } from '../../internal/limit-exceeded.js';
import type { DropPolicy } from '../../virtual-socket/backpressure-queue.js';
import { OutboundPacket } from '../../virtual-socket/outbound-packet.js';
import type { DefaultRequest, WriteOptions } from '../contracts.js';
import { publishEmit } from '../events/diagnostics.js';
import type {
  AckValue,
  DecorateAcknowledgements,
  DefaultEventsMap,
  EventNames,
  EventNamesWithAck,
  EventParams,
  EventsMap,
  MessageParams,
  ParamsWithoutAck,
} from '../events/events-map.js';
import { assertNotReserved } from '../events/reserved.js';
import type { Event } from '../events/socket-events.js';
import { packetForAdapter } from '../hub/adapter-packet.js';
import { settle } from '../hub/adapter-result.js';
import type { EncodedPackets } from '../hub/encoder.js';
import { type BroadcastFlags, DROPPABLE, dropPolicyOf } from '../hub/flags.js';
import { type Broadcast, BroadcastOperator } from '../hub/operator.js';
import { type AckCallback, addTimedAck } from './acknowledgements.js';
import type { Socket } from './socket.js';
import { SocketState } from './socket-base.js';
import { BusySocket } from './socket-tasks.js';

/** How a socket speaks: to its client, with or without acknowledgement, and to everybody else. */
export abstract class SpeakingSocket<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
  Request = DefaultRequest,
> extends BusySocket<ListenEvents, EmitEvents, ServerSideEvents, SocketData, Request> {
  #flags: BroadcastFlags | undefined = undefined;
  #acks: Map<number, AckCallback> | undefined = undefined;
  /** What was said before the client is told that it is in. */
  #held: Packet[] | undefined = undefined;

  /** Acknowledgements that are still awaited, by id. Adapters add theirs. */
  get acks(): Map<number, AckCallback> {
    this.#acks ??= new Map();
    return this.#acks;
  }

  /**
   * Sends an event. A function as last argument gets the client's acknowledgement.
   * @returns true
   * @throws Error for a reserved event name. @throws CodecError when the data has no wire form.
   */
  emit<Ev extends EventNames<EmitEvents>>(event: Ev, ...args: EventParams<EmitEvents, Ev>): boolean;
  emit(...given: unknown[]): boolean {
    assertNotReserved(given[0]);
    const { _emits } = this.nsp;
    const data = _emits === undefined ? given : _emits.check(given);
    const flags = this.#flags;
    this.#flags = undefined;
    if (typeof data[data.length - 1] === 'function') this.#emitWithCallback(data, data.pop() as AckCallback, flags);
    else this.#sendEvent(makePacket(PacketType.EVENT, this.nsp.name, data, undefined), flags);
    return true;
  }

  #emitWithCallback(data: unknown[], callback: AckCallback, flags: BroadcastFlags | undefined): void {
    if (this.#acks !== undefined && this.#acks.size >= this.server.limits.maxPendingAcks) return this.#owesTooMuch();
    const id = this.nsp._ids++;
    const packet = makePacket(PacketType.EVENT, this.nsp.name, data, id);
    if (flags?.timeout === undefined) this.acks.set(id, callback);
    else {
      const report = (error: unknown) => this._report(error, 'ack', undefined);
      addTimedAck(this.acks, id, callback, flags.timeout, this.server.deadlines, report);
    }
    this.#sendEvent(packet, flags);
  }

  /** A client that acknowledges nothing must not make us remember for ever what it owes. */
  #owesTooMuch(): void {
    const { maxPendingAcks } = this.server.limits;
    const why = `More than ${maxPendingAcks} acknowledgements are awaited`;
    this.conn.fail('slow consumer', new LimitExceeded('too_many_pending_acks', why));
  }

  #sendEvent(packet: Packet, flags: BroadcastFlags | undefined): void {
    if (this._ticket !== undefined && packet.id === undefined) return this.#sendRecoverable(packet, flags);
    if (this._lazyState !== undefined) this._lazyState.notifyOutgoing(this, packet.data as Event);
    if (flags === undefined) return this.#send(packet, true);
    if (flags.send === true) markAsMessage(packet);
    if (flags.volatile === true && !(this._state === SocketState.CONNECTED && this.conn.writable)) return this.#skip();
    this.#send(packet, flags.compress !== false, dropPolicyOf(flags));
  }

  /** Through the adapter, which keeps it for the case that this client loses its connection. */
  #sendRecoverable(packet: Packet, flags: BroadcastFlags | undefined): void {
    if (this._state !== SocketState.JOINING) {
      const options = { rooms: new Set([this.id]), except: new Set(), flags: { ...flags } } as BroadcastOptions;
      const event = packetForAdapter(packet.data as unknown[]);
      if (flags?.send === true) markAsMessage(event);
      settle(this.adapter, this.adapter.broadcast(event, options));
    } else if (flags?.volatile !== true) this.#hold(packet);
  }

  #hold(packet: Packet): void {
    this.#held ??= [];
    this.#held.push(packet);
  }

  #send(packet: Packet, compress: boolean, dropPolicy?: DropPolicy): void {
    if (this._state === SocketState.JOINING) this.#hold(packet);
    else if (this._state !== SocketState.GONE) {
      const { conn } = this.client;
      if (dropPolicy === undefined && conn.slowConsumers === 'disconnect') conn.dialect.send(conn, packet, compress);
      else this.#sendShared(new OutboundPacket(packet), compress, packet.id === undefined ? dropPolicy : undefined);
      if (emitChannel.hasSubscribers) publishEmit(this, packet.data as Event);
    }
  }

  /** Sends an event and waits for its acknowledgement. @throws Error when {@link timeout} is over or the client leaves. */
  emitWithAck<Ev extends EventNamesWithAck<EmitEvents>>(
    event: Ev,
    ...args: ParamsWithoutAck<EventParams<EmitEvents, Ev>>
  ): Promise<AckValue<EmitEvents, Ev>>;
  emitWithAck(...data: unknown[]): Promise<unknown> {
    if (this._state !== SocketState.CONNECTED) {
      const why =
        this._state === SocketState.JOINING
          ? 'the client has not been told yet that it is connected'
          : 'the socket has been disconnected';
      return contained(Promise.reject(new Error(`emitWithAck: ${why}`)), 'emitWithAck', this.server.unawaited);
    }
    const timed = this.#flags?.timeout !== undefined;
    const executor = (resolve: (value: unknown) => void, reject: (reason: unknown) => void): void => {
      const { pending } = this._lazy;
      const settle = (error: unknown, value: unknown) => {
        pending.delete(reject);
        if (error !== null) reject(error);
        else resolve(value);
      };
      pending.add(reject);
      data.push(timed ? settle : (value: unknown) => settle(null, value));
      (this.emit as (...all: unknown[]) => boolean).apply(this, data);
    };
    return new ContainedPromise(executor, 'emitWithAck', this.server.unawaited);
  }

  /** Sends a `message` event. */
  send(...args: MessageParams<EmitEvents>): this {
    this.#flags = { ...this.#flags, send: true };
    (this.emit as (...data: unknown[]) => boolean)('message', ...args);
    return this;
  }

  /** The same as {@link send}. */
  write(...args: MessageParams<EmitEvents>): this {
    return this.send(...args);
  }

  /** The next event may be dropped when the client cannot take it now. */
  get volatile(): this {
    this.#flags = { ...this.#flags, volatile: true };
    return this;
  }

  /** The client may be spared the next event when it reads more slowly than it is sent: the oldest go first. */
  get droppable(): this {
    this.#flags = { ...this.#flags, droppable: true };
    return this;
  }

  /** As long as the next event waits for the client, a later one of the same key takes its place. */
  latest(key: string): this {
    this.#flags = { ...this.#flags, latest: key };
    return this;
  }

  /** Whether the next event is compressed where the transport can. @default true */
  compress(compress: boolean): this {
    this.#flags = { ...this.#flags, compress };
    return this;
  }

  /** The next event's acknowledgement may take so long (ms); its callback gets an error first. */
  timeout(
    timeout: number,
  ): Socket<ListenEvents, DecorateAcknowledgements<EmitEvents>, ServerSideEvents, SocketData, Request> {
    this.#flags = { ...this.#flags, timeout };
    return this as never;
  }

  #operator(): Broadcast<EmitEvents, SocketData> {
    const flags = this.#flags;
    this.#flags = undefined;
    return new BroadcastOperator(this.adapter, undefined, new Set([this.id]), flags);
  }

  /** Everybody in one room or several, but not this socket. */
  to(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.#operator().to(room);
  }

  /** The same as {@link to}. */
  in(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.to(room);
  }

  /** Everybody but this socket and those in one of these rooms. */
  except(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.#operator().except(room);
  }

  /** Everybody in the namespace but this socket. */
  get broadcast(): Broadcast<EmitEvents, SocketData> {
    return this.#operator();
  }

  /** Everybody on this server but this socket. */
  get local(): Broadcast<EmitEvents, SocketData> {
    return this.#operator().local;
  }

  /** @internal A broadcast reaches this socket. */
  _deliver(outgoing: OutboundPacket, volatile: boolean, compress: boolean, dropPolicy: DropPolicy | undefined): void {
    const { conn } = this.client;
    if (this._lazyState !== undefined) this._lazyState.notifyOutgoing(this, outgoing.plain.packet.data as Event);
    if (volatile && !conn.writable) return this.#skip();
    if (emitChannel.hasSubscribers) publishEmit(this, outgoing.plain.packet.data as Event);
    this.#sendShared(this._ticket === undefined ? outgoing.plain : outgoing, compress, dropPolicy);
  }

  /**
   * Writes a packet of this namespace, or one that an adapter has encoded: `socket.io-adapter` up to 2.2 does so.
   * @throws CodecError when it has no wire form.
   */
  packet(packet: Packet | EncodedPackets, options: WriteOptions = {}): void {
    if (Array.isArray(packet)) this.client.writeToEngine(packet, options);
    else this.client.send(makePacket(packet.type, this.nsp.name, packet.data, packet.id), options.compress !== false);
  }

  #skip(): void {
    this.conn.engine.flow.skipped++;
  }

  #sendShared(outgoing: OutboundPacket, compress: boolean, dropPolicy: DropPolicy | undefined): void {
    const { conn } = this.client;
    const lenient = dropPolicy ?? (conn.slowConsumers === 'disconnect' ? undefined : dropPolicyFor(outgoing.packet));
    if (lenient === undefined) conn.sendPacket(outgoing, compress);
    else conn.sendWithPolicy(outgoing, compress, this.#scoped(lenient));
  }

  /** Keys of one namespace mean nothing in another of the same connection. */
  #scoped(dropPolicy: DropPolicy): DropPolicy {
    return dropPolicy.key === undefined ? dropPolicy : { ...dropPolicy, key: `${this.nsp.name},${dropPolicy.key}` };
  }

  /** @internal Sends what was held; the client has just been told that it is in. */
  _sendHeld(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    for (const packet of held) {
      if (this._ticket !== undefined && packet.id === undefined) this.#sendRecoverable(packet, undefined);
      else this.#send(packet, true);
    }
  }

  /** @internal The client has been kept out. */
  _dropHeld(): void {
    this.#held = undefined;
  }

  /** @internal */
  get _awaitsAcks(): boolean {
    return this.#acks !== undefined && this.#acks.size > 0;
  }

  /** @internal Who waits for this acknowledgement; asked once. */
  _takeAck(id: number | undefined): AckCallback | undefined {
    const callback = id === undefined ? undefined : this.#acks?.get(id);
    if (callback !== undefined) this.#acks?.delete(id as number);
    return callback;
  }
}

/** Whoever waits for an acknowledgement is not spared the event, nor is anybody spared what is no event. */
function dropPolicyFor(packet: Packet): DropPolicy | undefined {
  return packet.type === PacketType.EVENT && packet.id === undefined ? DROPPABLE : undefined;
}
