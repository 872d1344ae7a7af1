import type { Adapter, BroadcastOptions } from 'socket.io-adapter';
import { markAsMessage } from '../../codec/packet/sent-message.js';
import { ContainedPromise, contained, type TellUnawaited } from '../../internal/contained-promise.js';
import { keepShape } from '../../internal/kept-shapes.js';
import { contain } from '../../internal/lazy-emitter.js';
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
import { packetForAdapter } from './adapter-packet.js';
import { settle } from './adapter-result.js';
import type { BroadcastFlags } from './flags.js';
import type { Hub } from './hub.js';
import { RemoteSocket, type RemoteSocketDetails } from './remote-socket.js';
import { type Rooms, roomList } from './room-list.js';

/** A target for events that are declared as one client sees them. */
export type Broadcast<EmitEvents extends EventsMap, SocketData> = BroadcastOperator<
  DecorateAcknowledgementsWithMultipleResponses<EmitEvents>,
  SocketData
>;

/**
 * A target for broadcasts: immutable, each method that narrows or flags it returns a new one. No room means everybody in
 * the namespace; several rooms mean their union, each socket once.
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

  /** Adds one room or several. */
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

  /** Whether transports that can compress it should. @default true */
  compress(compress: boolean): BroadcastOperator<EmitEvents, SocketData> {
    return this.#flagged({ compress });
  }

  /** The message is dropped for clients that cannot take it now. */
  get volatile(): BroadcastOperator<EmitEvents, SocketData> {
    return this.#flagged({ volatile: true });
  }

  /** For slow clients the message may be dropped; the oldest are dropped first. */
  get droppable(): BroadcastOperator<EmitEvents, SocketData> {
    return this.#flagged({ droppable: true });
  }

  /** As long as the message waits for a client, a later one of the same key takes its place. */
  latest(key: string): BroadcastOperator<EmitEvents, SocketData> {
    return this.#flagged({ latest: key });
  }

  /** Only the clients of this server. */
  get local(): BroadcastOperator<EmitEvents, SocketData> {
    return this.#flagged({ local: true });
  }

  /** Acknowledgements may take so long (ms); then the callback or promise fails with `operation has timed out`. */
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
    // Adapters may keep or change what they get.
    return {
      rooms: new Set(this.#rooms),
      except: new Set(this.#except),
      flags: { ...this.#flags },
    } as BroadcastOptions;
  }

  /**
   * Sends an event to everybody meant. A function as last argument is called with `(error, responses)` when all have
   * answered or the time set with {@link timeout} is over.
   * @returns true, always.
   * @throws Error for a reserved event name. @throws CodecError when the data has no wire form.
   */
  emit<Ev extends EventNames<EmitEvents>>(event: Ev, ...args: EventParams<EmitEvents, Ev>): boolean;
  emit(...given: unknown[]): boolean {
    assertNotReserved(given[0]);
    const { _emits } = this.#adapter.nsp as Hub;
    const data = _emits === undefined ? given : _emits.check(given);
    const packet = packetForAdapter(data);
    if (this.#flags.send === true) markAsMessage(packet);
    if (typeof data[data.length - 1] !== 'function')
      settle(this.#adapter, this.#adapter.broadcast(packet, this.#options()));
    else this.#emitCollecting(data, data.pop() as AckCallback);
    return true;
  }

  /** @throws Error when the adapter is too old to collect acknowledgements. */
  #emitCollecting(data: unknown[], done: AckCallback): void {
    const { broadcastWithAck } = this.#adapter as Partial<Adapter>;
    if (broadcastWithAck === undefined) {
      throw new Error('The adapter cannot collect acknowledgements: it needs socket.io-adapter 2.5 or later');
    }
    const packet = packetForAdapter(data);
    const hub = this.#adapter.nsp as Hub;
    const report = (error: unknown) => hub.server.report(error, { phase: 'ack', namespace: hub.name });
    const contained: AckCallback = (...args) => contain(() => done(...args), report);
    const collector = new Collector(contained, this.#flags, () => forgetAck(this.#adapter, packet.id));
    const sent: unknown = this.#adapter.broadcastWithAck(
      packet,
      this.#options(),
      (clients) => collector.expect(clients),
      (...args: unknown[]) => collector.add(args[0]),
    );
    settle(this.#adapter, sent);
    this.#adapter.serverCount().then(
      (servers) => collector.expectServers(servers),
      () => collector.expectServers(1),
    );
  }

  /**
   * Sends an event and waits for the first argument of everybody's acknowledgement. Set a limit with {@link timeout}.
   * @throws Error `operation has timed out`, with what came in time as `responses`.
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

  /** The sockets meant, of all servers. Those of other servers can be spoken to, but not listened to. */
  fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]> {
    return contained(this.#fetchSockets(), 'fetchSockets', this.#unawaited);
  }

  get #unawaited(): TellUnawaited {
    return (this.#adapter.nsp as Hub).server.unawaited;
  }

  async #fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]> {
    const found: unknown[] = await this.#adapter.fetchSockets(this.#options());
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

  /** Makes the sockets meant join one room or several. */
  socketsJoin(room: Rooms): void {
    settle(this.#adapter, this.#adapter.addSockets(this.#options(), [...roomList(room)]));
  }

  /** Makes the sockets meant leave one room or several. */
  socketsLeave(room: Rooms): void {
    settle(this.#adapter, this.#adapter.delSockets(this.#options(), [...roomList(room)]));
  }

  /** Sends the sockets meant away. @param close ends their connections too. */
  disconnectSockets(close = false): void {
    settle(this.#adapter, this.#adapter.disconnectSockets(this.#options(), close));
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

/** Gathers the answers to one broadcast. */
class Collector {
  readonly #done: AckCallback;
  readonly #responses: unknown[] = [];
  readonly #forget: () => void;
  readonly #single: boolean;
  readonly #timer: NodeJS.Timeout;
  #servers = -1;
  #answeredServers = 0;
  #clients = 0;
  #over = false;

  constructor(done: AckCallback, flags: Readonly<BroadcastFlags>, forget: () => void) {
    this.#done = done;
    this.#forget = forget;
    this.#single = flags.expectSingleResponse === true;
    this.#timer = setTimeout(() => this.#expire(), flags.timeout ?? 0);
  }

  #expire(): void {
    if (this.#over) return;
    this.#over = true;
    this.#forget();
    this.#done(new Error('operation has timed out'), this.#single ? null : this.#responses);
  }

  expectServers(servers: number): void {
    this.#servers = servers;
    this.#check();
  }

  expect(clients: number): void {
    this.#clients += clients;
    this.#answeredServers++;
    this.#check();
  }

  add(response: unknown): void {
    this.#responses.push(response);
    this.#check();
  }

  #check(): void {
    if (this.#over || this.#servers !== this.#answeredServers || this.#responses.length !== this.#clients) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#done(null, this.#single ? this.#responses[0] : this.#responses);
  }
}

keepShape(new BroadcastOperator({} as Adapter));
