import type { Adapter, BroadcastOptions } from 'socket.io-adapter';
import { type Packet, PacketType, RESERVED_EVENTS } from '../../codec/packet/packet.js';
import { markAsMessage } from '../../codec/packet/sent-message.js';
import { broadcastChannel } from '../../internal/events/channels.js';
import { ContainedPromise, contained, type TellUnawaited } from '../../internal/events/contained-promise.js';
import { contain } from '../../internal/events/lazy-emitter.js';
import { keepShape } from '../../internal/kept-shapes.js';
import type { HubLike } from '../contracts.js';
import { publishBroadcast } from '../events/diagnostics.js';
import type {
  AckValue,
  DecorateAcknowledgements,
  DecorateAcknowledgementsWithMultipleResponses,
  DefaultEventsMap,
  EventNames,
  EventNamesWithAck,
  EventParams,
  EventsMap,
  ParamsWithoutAck,
} from '../events/events-map.js';
import { assertNotReserved } from '../events/reserved.js';
import type { AckCallback } from '../socket/acknowledgements.js';
import type { Handshake } from '../socket/handshake.js';
import { AckCollector } from './ack-collector.js';
import { packetForAdapter } from './adapter-packet.js';
import { settle } from './adapter-result.js';
import type { ClusteredAdapter, ReachableSockets } from './cluster-contracts.js';
import type { BroadcastFlags } from './flags.js';
import { type Rooms, roomList } from './room-list.js';

/** Accepts an incomplete result instead of an error. */
export interface PartialFetch {
  /** Servers that do not answer in time are named in the result instead of causing an error. */
  readonly partial: true;
}

/** A target for events that are declared as one client sees them. */
export type Broadcast<EmitEvents extends EventsMap, SocketData> = BroadcastOperator<
  DecorateAcknowledgementsWithMultipleResponses<EmitEvents>,
  SocketData
>;

/**
 * A target for broadcasts. It is immutable: each method that changes the target or a flag returns a new one. Without rooms it
 * targets all sockets of the namespace, with several rooms the sockets in any of them, each socket once.
 */
export class BroadcastOperator<EmitEvents extends EventsMap = DefaultEventsMap, SocketData = unknown> {
  readonly #adapter: Adapter;
  readonly #rooms: ReadonlySet<string>;
  readonly #except: ReadonlySet<string>;
  readonly #flags: Readonly<BroadcastFlags>;

  constructor(
    adapter: Adapter,
    rooms: ReadonlySet<string> = NO_ROOMS,
    except: ReadonlySet<string> = NO_ROOMS,
    flags: Readonly<BroadcastFlags> = NO_FLAGS,
  ) {
    this.#adapter = adapter;
    this.#rooms = rooms;
    this.#except = except;
    this.#flags = flags;
  }

  /** @internal Where it goes, as instrumentations of socket.io look it up. */
  get adapter(): Adapter {
    return this.#adapter;
  }

  /** Targets the sockets in one room or several as well. */
  to(room: Rooms): BroadcastOperator<EmitEvents, SocketData> {
    return this.#with(added(this.#rooms, room), this.#except, this.#flags);
  }

  /** The same as {@link to}. */
  in(room: Rooms): BroadcastOperator<EmitEvents, SocketData> {
    return this.to(room);
  }

  /** Leaves out the sockets in one of these rooms; a socket id is a room. */
  except(room: Rooms): BroadcastOperator<EmitEvents, SocketData> {
    return this.#with(this.#rooms, added(this.#except, room), this.#flags);
  }

  /** Sets whether the event is compressed, if the transport compresses messages. @default true */
  compress(compress: boolean): BroadcastOperator<EmitEvents, SocketData> {
    return this.#flagged({ compress });
  }

  /** Drops the event for clients that cannot take it now, for example between two polls. */
  get volatile(): BroadcastOperator<EmitEvents, SocketData> {
    return this.#flagged({ volatile: true });
  }

  /**
   * Lets the event be dropped for slow clients: when more than `maxBufferedBytes` wait for a client, the oldest such events are dropped.
   */
  get droppable(): BroadcastOperator<EmitEvents, SocketData> {
    return this.#flagged({ droppable: true });
  }

  /** Gives the event a key. While the event waits for a client, a later event of the same key replaces it. */
  latest(key: string): BroadcastOperator<EmitEvents, SocketData> {
    return this.#flagged({ latest: key });
  }

  /** Targets the clients of this server only. */
  get local(): BroadcastOperator<EmitEvents, SocketData> {
    return this.#flagged({ local: true });
  }

  /**
   * Limits the wait for acknowledgements (ms). After that the callback or promise fails with `operation has timed out`.
   */
  timeout(timeout: number): BroadcastOperator<DecorateAcknowledgements<EmitEvents>, SocketData> {
    return this.#flagged({ timeout }) as BroadcastOperator<never, SocketData>;
  }

  #flagged(flags: BroadcastFlags): BroadcastOperator<EmitEvents, SocketData> {
    return this.#with(this.#rooms, this.#except, { ...this.#flags, ...flags });
  }

  #with(rooms: ReadonlySet<string>, except: ReadonlySet<string>, flags: BroadcastFlags) {
    return new BroadcastOperator<EmitEvents, SocketData>(this.#adapter, rooms, except, flags);
  }

  #options(): BroadcastOptions {
    return optionsOf(this.#rooms, this.#except, this.#flags);
  }

  /**
   * Sends an event to the targeted sockets. If the last argument is a function, it is called with `(error, responses)`
   * when all have answered or the time set with {@link timeout} is over.
   * @returns true, always.
   * @throws Error for a reserved event name. @throws CodecError when the data cannot be encoded.
   */
  emit<Ev extends EventNames<EmitEvents>>(event: Ev, ...args: EventParams<EmitEvents, Ev>): boolean;
  emit(...given: unknown[]): boolean {
    emitEvent(this.#adapter, given, this.#rooms, this.#except, this.#flags);
    return true;
  }

  /**
   * Sends an event and resolves to the first argument of each socket's acknowledgement. Limit the wait with {@link
   * timeout}.
   * @throws Error `operation has timed out`, with the answers that came in time as `responses`.
   */
  emitWithAck<Ev extends EventNamesWithAck<EmitEvents>>(
    event: Ev,
    ...args: ParamsWithoutAck<EventParams<EmitEvents, Ev>>
  ): Promise<AckValue<EmitEvents, Ev>>;
  emitWithAck(...data: unknown[]): Promise<unknown> {
    const executor = (resolve: (value: unknown) => void, reject: (reason: unknown) => void): void => {
      data.push((error: (Error & { responses?: unknown }) | null, responses: unknown) => {
        if (error === null) return resolve(responses);
        error.responses = responses;
        reject(error);
      });
      (this.emit as (...all: unknown[]) => boolean).apply(this, data);
    };
    return new ContainedPromise(executor, 'emitWithAck', this.#unawaited);
  }

  /** @deprecated Use {@link fetchSockets}. */
  allSockets(): Promise<Set<string>> {
    return contained(this.#adapter.sockets(new Set(this.#rooms)), 'allSockets', this.#unawaited);
  }

  /** Resolves to the targeted sockets on all servers. Sockets of other servers can be sent events, but have no listeners. */
  fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]>;
  /** Resolves to the sockets of the servers that answer, and the names of the servers that do not. */
  fetchSockets(options: PartialFetch): Promise<ReachableSockets<RemoteSocket<EmitEvents, SocketData>>>;
  fetchSockets(options?: PartialFetch): Promise<unknown> {
    const found: Promise<unknown> = options?.partial === true ? this.#fetchReachable() : this.#fetchSockets();
    return contained(found, 'fetchSockets', this.#unawaited);
  }

  get #unawaited(): TellUnawaited {
    return (this.#adapter.nsp as HubLike).server.unawaited;
  }

  async #fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]> {
    return this.#asSockets(await this.#adapter.fetchSockets(this.#options()));
  }

  async #fetchReachable(): Promise<ReachableSockets<RemoteSocket<EmitEvents, SocketData>>> {
    const adapter: ClusteredAdapter = this.#adapter;
    if (adapter.fetchReachable === undefined) return { sockets: await this.#fetchSockets(), silent: [] };
    const { sockets, silent } = await adapter.fetchReachable(this.#options());
    return { sockets: this.#asSockets(sockets), silent };
  }

  #asSockets(found: unknown[]): RemoteSocket<EmitEvents, SocketData>[] {
    return found.map((socket) =>
      (socket as { server?: unknown }).server
        ? (socket as RemoteSocket<EmitEvents, SocketData>)
        : this.#remote(socket as RemoteSocketDetails<SocketData>),
    );
  }

  #remote(details: RemoteSocketDetails<SocketData>): RemoteSocket<EmitEvents, SocketData> {
    const flags = { expectSingleResponse: true };
    return new RemoteSocket(details, new BroadcastOperator(this.#adapter, new Set([details.id]), NO_ROOMS, flags));
  }

  /** Makes the targeted sockets join one room or several. */
  socketsJoin(room: Rooms): void {
    settle(this.#adapter, this.#adapter.addSockets(this.#options(), [...roomList(room)]));
  }

  /** Makes the targeted sockets leave one room or several. */
  socketsLeave(room: Rooms): void {
    settle(this.#adapter, this.#adapter.delSockets(this.#options(), [...roomList(room)]));
  }

  /** Disconnects the targeted sockets from this namespace. @param close true to end their connections, with all namespaces. */
  disconnectSockets(close = false): void {
    settle(this.#adapter, this.#adapter.disconnectSockets(this.#options(), close));
  }
}

/** Our own `emit` of an operator: where code of others has replaced it, broadcasts of a namespace go through theirs. */
export const operatorEmit: unknown = BroadcastOperator.prototype.emit;

/** Adapters may keep or change what they get. */
function optionsOf(
  rooms: ReadonlySet<string>,
  except: ReadonlySet<string>,
  flags: Readonly<BroadcastFlags>,
): BroadcastOptions {
  return { rooms: new Set(rooms), except: new Set(except), flags: { ...flags } } as BroadcastOptions;
}

/**
 * Sends an event: `[name, ...args]`, with a callback for the acknowledgements as last argument if they are wanted.
 * @throws as {@link BroadcastOperator.emit}
 */
export function emitEvent(
  adapter: Adapter,
  given: unknown[],
  rooms: ReadonlySet<string> = NO_ROOMS,
  except: ReadonlySet<string> = NO_ROOMS,
  flags: Readonly<BroadcastFlags> = NO_FLAGS,
): void {
  if (RESERVED_EVENTS.has(given[0])) assertNotReserved(given[0]);
  const { _emits } = adapter.nsp as HubLike;
  const data = _emits === undefined ? given : _emits.check(given);
  const options = optionsOf(rooms, except, flags);
  if (broadcastChannel.hasSubscribers) publishBroadcast(adapter.nsp as HubLike, data, rooms, except);
  if (typeof data[data.length - 1] === 'function') return collectAcks(adapter, data, options);
  // Keys without a value would travel to other servers: socket.io has none.
  const packet = { type: PacketType.EVENT, data } as Packet;
  if (flags.send === true) markAsMessage(packet);
  const sent: unknown = adapter.broadcast(packet, options);
  if (sent !== undefined) settle(adapter, sent);
}

/** @throws Error when the adapter is too old to collect acknowledgements. */
function collectAcks(adapter: Adapter, data: unknown[], options: BroadcastOptions): void {
  if ((adapter as Partial<Adapter>).broadcastWithAck === undefined) {
    throw new Error('The adapter cannot collect acknowledgements: it needs socket.io-adapter 2.5 or later');
  }
  const done = data.pop() as AckCallback;
  const packet = packetForAdapter(data);
  const hub = adapter.nsp as HubLike;
  const report = (error: unknown) => hub.server.report(error, { phase: 'ack', namespace: hub.name });
  const contained: AckCallback = (...args) => contain(() => done(...args), report);
  const collector = new AckCollector(contained, options.flags as BroadcastFlags, () => forgetAck(adapter, packet.id));
  const sent: unknown = adapter.broadcastWithAck(
    packet,
    options,
    (clients) => collector.expect(clients),
    (...args: unknown[]) => collector.add(args[0]),
  );
  settle(adapter, sent);
  adapter.serverCount().then(
    (servers) => collector.expectServers(servers),
    () => collector.expectServers(1),
  );
}

/** The details of a socket on another server. */
export interface RemoteSocketDetails<SocketData> {
  readonly id: string;
  readonly handshake: Handshake;
  readonly rooms: Iterable<string>;
  readonly data: SocketData;
}

/** A socket of this or another server. It can be sent events, moved between rooms and disconnected. */
export class RemoteSocket<EmitEvents extends EventsMap = DefaultEventsMap, SocketData = unknown> {
  /** The socket's id, which is also the name of a room with this socket alone. */
  readonly id: string;
  /** The handshake of the socket's client. */
  readonly handshake: Handshake;
  /** The rooms that the socket was in when it was fetched. */
  readonly rooms: Set<string>;
  /** The socket's `data` when it was fetched. */
  readonly data: SocketData;
  readonly #operator: BroadcastOperator<EmitEvents, SocketData>;

  /** @param operator reaches this socket alone. */
  constructor(details: RemoteSocketDetails<SocketData>, operator: BroadcastOperator<EmitEvents, SocketData>) {
    this.id = details.id;
    this.handshake = details.handshake;
    this.rooms = new Set(details.rooms);
    this.data = details.data;
    this.#operator = operator;
  }

  /** Sends the socket an event. @returns true */
  emit<Ev extends EventNames<EmitEvents>>(event: Ev, ...args: EventParams<EmitEvents, Ev>): boolean {
    return this.#operator.emit(event, ...args);
  }

  /** Limits the wait for the socket's acknowledgement (ms). */
  timeout(timeout: number): BroadcastOperator<DecorateAcknowledgements<EmitEvents>, SocketData> {
    return this.#operator.timeout(timeout);
  }

  /** Makes the socket join one room or several. */
  join(room: string | readonly string[]): void {
    this.#operator.socketsJoin(room);
  }

  /** Makes the socket leave a room. */
  leave(room: string): void {
    this.#operator.socketsLeave(room);
  }

  /** Disconnects the socket from this namespace. @param close true to end the whole connection. */
  disconnect(close = false): this {
    this.#operator.disconnectSockets(close);
    return this;
  }
}

const NO_ROOMS: ReadonlySet<string> = new Set();
const NO_FLAGS: Readonly<BroadcastFlags> = Object.freeze({});

function added(rooms: ReadonlySet<string>, more: Rooms): ReadonlySet<string> {
  const all = new Set(rooms);
  for (const room of roomList(more)) all.add(room);
  return all;
}

/** Late answers are ignored. */
function forgetAck(adapter: Adapter, id: number | undefined): void {
  if (id === undefined) return;
  for (const socket of adapter.nsp.sockets.values() as Iterable<{ acks: Map<number, unknown> }>) socket.acks.delete(id);
}

keepShape(new BroadcastOperator({} as Adapter));
