import { type MemoryClient, type MemoryListener, makePacket, type Packet, PacketType } from '@sio/core/memory';
import { CallFailed, ConnectRefused } from './errors.js';
import type { Inbox, Received } from './inbox.js';
import type { AnswerTo, CallArgs, EmittedBy, EventOf, LooseClient, NamespaceClass, SocketOf } from './types.js';

/** The arguments of `emit`: those of the event, and optionally a callback for the acknowledgement. */
export type EmitArgs<Class extends NamespaceClass, Event extends EventOf<Class>> =
  | CallArgs<Class, Event>
  | [...CallArgs<Class, Event>, (...answer: unknown[]) => void];

type Answered = { readonly resolve: (values: readonly unknown[]) => void; readonly reject: (error: Error) => void };

/** Milliseconds of the real clock, which a fake one must not stop. */
const PATIENCE = 5000;
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

/**
 * A client without a network. Its packets are encoded in its protocol version and decoded by the server. They pass middlewares, guards, ACL
 * and validation before they reach the class, and the answers come back the same way.
 */
export class TestClient<Class extends NamespaceClass = NamespaceClass> {
  /** The name of its namespace. */
  readonly namespace: string;
  /** All events that it has received, in order. */
  readonly log: readonly Received[];
  readonly #link: MemoryClient;
  readonly #inbox: Inbox;
  readonly #calls = new Map<number, Answered>();
  readonly #handlers = new Map<string, (...args: never[]) => unknown>();
  #nextId = 0;
  #connected = true;
  readonly #gone: Promise<void>;
  #leave: () => void = () => {};

  /** @internal Made by `connect`. */
  constructor(namespace: string, link: MemoryClient, inbox: Inbox) {
    this.namespace = namespace;
    this.#link = link;
    this.#inbox = inbox;
    this.log = inbox.log;
    this.#gone = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  /** The object of your class that serves this client. Undefined after the client has disconnected. */
  get socket(): SocketOf<Class> | undefined {
    const { receiver } = this.#link.conn as { receiver?: { sockets?: ReadonlyMap<string, unknown> } | undefined };
    return receiver?.sockets?.get(this.namespace) as never;
  }

  /** Whether it is connected to its namespace. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Whether it answers heartbeats. Set it to false, and the server disconnects it after `pingTimeout`. @default true */
  get alive(): boolean {
    return this.#link.alive;
  }

  set alive(alive: boolean) {
    this.#link.alive = alive;
  }

  /** The same client with methods that accept any event, for events that the types do not list. */
  get loose(): LooseClient {
    return this as LooseClient;
  }

  /** Sends an event. A function as the last argument is called with the acknowledgement. */
  emit<Event extends EventOf<Class>>(event: Event, ...args: EmitArgs<Class, Event>): void;
  emit(event: string, ...args: unknown[]): void {
    const last = args[args.length - 1];
    if (typeof last !== 'function') return this.#send([event, ...args], undefined);
    const resolve = (values: readonly unknown[]) => (last as (...answer: unknown[]) => void)(...values);
    this.#send([event, ...args.slice(0, -1)], { resolve, reject: () => {} });
  }

  /**
   * Sends an event and resolves with its acknowledgement: undefined for no value, the value itself for one, an array for several.
   * @throws CallFailed (as rejection) when the client is disconnected first, or after five seconds.
   */
  call<Event extends EventOf<Class>>(event: Event, ...args: CallArgs<Class, Event>): Promise<AnswerTo<Class, Event>>;
  call(event: string, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = startTimer(
        () => reject(new CallFailed(`No acknowledgement of "${event}" within ${PATIENCE} ms`)),
        PATIENCE,
      );
      const settle =
        <T>(settled: (value: T) => void) =>
        (value: T) => {
          stopTimer(timer);
          settled(value);
        };
      const answer = (values: readonly unknown[]) => resolve(values.length > 1 ? values : values[0]);
      this.#send([event, ...args], { resolve: settle(answer), reject: settle(reject) });
    });
  }

  #send(data: unknown[], answered: Answered | undefined): void {
    if (!this.#connected) {
      answered?.reject(new CallFailed('The client is not connected'));
      return;
    }
    const id = answered && this.#nextId++;
    if (answered !== undefined) this.#calls.set(id as number, answered);
    this.#link.send(makePacket(PacketType.EVENT, this.namespace, data, id));
  }

  /** The arguments of all received events of this name. */
  received<Event extends keyof EmittedBy<Class> & string>(event: Event): readonly EmittedBy<Class>[Event][] {
    return this.#inbox.received(event) as readonly EmittedBy<Class>[Event][];
  }

  /**
   * Resolves with the arguments of the next event of this name: the first received one that no earlier call has returned, or
   * else the next one to arrive.
   * @throws CallFailed (as rejection) when the client is disconnected first, or after five seconds.
   */
  next<Event extends keyof EmittedBy<Class> & string>(event: Event): Promise<EmittedBy<Class>[Event]> {
    return this.#inbox.next(event) as Promise<EmittedBy<Class>[Event]>;
  }

  /** Handles an event. If the server asks for an acknowledgement, it gets what `handler` returns or resolves with. */
  on<Event extends keyof EmittedBy<Class> & string>(
    event: Event,
    handler: (...args: Extract<EmittedBy<Class>[Event], readonly unknown[]>) => unknown,
  ): this {
    this.#handlers.set(event, handler as (...args: never[]) => unknown);
    return this;
  }

  /** Resolves when the server has handled all sent events and its answers have arrived. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Leaves the namespace and closes the connection. Resolves when the server has handled it. */
  async disconnect(): Promise<void> {
    if (this.#connected) this.#link.send(makePacket(PacketType.DISCONNECT, this.namespace));
    await this.drop();
  }

  /** Breaks the connection without a disconnect packet, as a lost network does. Resolves when the server has handled it. */
  async drop(): Promise<void> {
    this.#link.close();
    this.#end();
    await this.settled();
  }

  /** Resolves when it is disconnected from its namespace. */
  get closed(): Promise<void> {
    return this.#gone;
  }

  /** @internal Packets of its namespace. */
  _take({ type, data, id }: Packet): void {
    if (type === PacketType.EVENT) this.#event(data as [string, ...unknown[]], id);
    else if (type === PacketType.ACK) this.#answer(id as number, data as unknown[]);
    else if (type === PacketType.DISCONNECT) this.#end();
  }

  #event([event, ...args]: [string, ...unknown[]], id: number | undefined): void {
    this.#inbox.add({ event, args });
    const handler = this.#handlers.get(event);
    if (handler === undefined) return;
    const result = handler(...(args as never[]));
    if (id !== undefined) void Promise.resolve(result).then((value) => this.#acknowledge(id, value));
  }

  #acknowledge(id: number, value: unknown): void {
    if (this.#connected) {
      this.#link.send(makePacket(PacketType.ACK, this.namespace, value === undefined ? [] : [value], id));
    }
  }

  #answer(id: number, values: unknown[]): void {
    const answered = this.#calls.get(id);
    this.#calls.delete(id);
    answered?.resolve(values);
  }

  /** @internal */
  _ended(): void {
    this.#end();
  }

  #end(): void {
    if (!this.#connected) return;
    this.#connected = false;
    const failure = new CallFailed('The client has been disconnected');
    for (const { reject } of this.#calls.values()) reject(failure);
    this.#calls.clear();
    this.#inbox.end(failure);
    this.#leave();
  }
}

/** Passes a connection's packets to the client, or to the code that waits for it to join. */
export class ServerLink implements MemoryListener {
  readonly #namespace: string;
  readonly #entered: (error: ConnectRefused | undefined) => void;
  client: TestClient | undefined = undefined;

  constructor(namespace: string, entered: (error: ConnectRefused | undefined) => void) {
    this.#namespace = namespace;
    this.#entered = entered;
  }

  onPacket(packet: Packet): void {
    if (packet.nsp.split('?', 1)[0] !== this.#namespace) return;
    if (packet.type === PacketType.CONNECT) this.#entered(undefined);
    else if (packet.type === PacketType.CONNECT_ERROR) this.#entered(refusalIn(packet.data));
    else this.client?._take(packet);
  }

  onClose(): void {
    this.#entered(new ConnectRefused('The connection was closed', undefined));
    this.client?._ended();
  }
}

/** Clients before 3.0 get the data in place of the message, or only a text. */
function refusalIn(said: unknown): ConnectRefused {
  if (typeof said === 'string') return new ConnectRefused(said, undefined);
  const { message, data } = said as { message?: unknown; data?: unknown };
  return typeof message === 'string' ? new ConnectRefused(message, data) : new ConnectRefused('Refused', said);
}
