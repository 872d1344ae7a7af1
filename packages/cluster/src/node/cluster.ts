import { EventEmitter, once } from 'node:events';
import type {
  AdapterServer,
  ClusterNode,
  ClusterState,
  ClusterStats,
  ClusterView,
  EncodedBinary,
  NodeStats,
} from '@sio/core/adapter';
import { FAREWELL, inTime } from '../engine/broker-calls.js';
import { ClusterLink } from '../engine/cluster-link.js';
import type { ClusterEngine, EngineLink } from '../engine/engine.js';
import { type EngineLog, isNoLog } from '../engine/log.js';
import { noConnectionError, Reasons, refusalError } from '../engine/reasons.js';
import type { ClusterSettings } from '../options.js';
import { Tunnels } from '../tunnel/tunnels.js';
import {
  bodyOf,
  type Frame,
  type Header,
  Kind,
  type NodeInfo,
  readFrame,
  senderOf,
  writeFrame,
} from '../wire/frame.js';
import { ALL, nodeTopic, Topics } from '../wire/topics.js';
import { Duplicates } from './duplicates.js';
import { newId } from './id.js';
import { type MemberEvent, Membership } from './membership.js';
import { type Answers, Questions } from './questions.js';
import { Renewal } from './renewal.js';
import { Sessions } from './sessions.js';
import { Start } from './start.js';
import { Subscriptions } from './subscriptions.js';
import { Trouble } from './trouble.js';

/** The adapter of a namespace, as the cluster sees it. */
export interface ClusterMember {
  /** The number of its sockets on this server. */
  readonly socketCount: number;
  /** A message for its sockets. */
  take(frame: Frame): void;
  /** Called when a message of this server comes back from the log. */
  echo(frame: Frame): void;
  /** Called twice a second, and when the broker is back. */
  tick(): void;
  /** Called when the broker becomes unreachable: its answers will not come. */
  brokerAway(): void;
  /** Resolves when the broker keeps all that was emitted. */
  stored(): Promise<void>;
}

/** A timer that is this late (ms) shows that the process was blocked. */
const LATE = 250;

/** Time (ms) in which other servers answer the first heartbeat of a server that starts. */
const INTRODUCTION = 1000;

/** Counts of messages since the server started. */
export type ClusterCounters = Pick<NodeStats, 'published' | 'received' | 'lost' | 'subscriptions'>;

/**
 * This server's view of the cluster: `io.cluster`.
 *
 * Events: `state(state, before)` when the connection to the others changes; `failed(reason)` when the broker is unreachable or
 * refuses a call; `joined(node)`, `silent(node)` (no heartbeat), `heard(node)`
 * (heartbeats again) and `left(node)` for other servers.
 */
export class Cluster extends EventEmitter implements ClusterView {
  /** The id of this server, which is new at every start. */
  readonly id = newId();
  /** The name of this server. */
  readonly name: string;
  /** @internal */
  readonly topics = new Topics();
  /** @internal */
  readonly subscriptions: Subscriptions;
  /** Undefined when no server passes requests on to this one. @internal */
  readonly sessions: Sessions | undefined;
  readonly #server: AdapterServer;
  readonly #settings: ClusterSettings;
  readonly #link: ClusterLink;
  /** For tunnels: that of the broker, or of an engine of their own. */
  readonly #tunnelLink: EngineLink | undefined;
  readonly #tunnels: Tunnels | undefined;
  readonly #reasons: Reasons;
  /** The broker is reached, and does not take a call. */
  #refusal: unknown;
  /** Calls that the broker has not taken. */
  readonly #trouble = new Trouble();
  readonly #start: Start;
  readonly #engineName: string;
  readonly #members: Membership;
  readonly #questions = new Questions();
  readonly #duplicates = new Duplicates();
  readonly #adapters = new Map<string, ClusterMember>();
  readonly #timer: NodeJS.Timeout;
  #state: ClusterState = 'down';
  #closed: Promise<void> | undefined;
  #number = 0;
  #lastTick = performance.now();
  #lastHeartbeat = 0;
  /** When the oldest canary that is not back was sent, monotonic ms. */
  #canary: number | undefined = undefined;
  /** Looks whether the canary is back in time. */
  #lookout: NodeJS.Timeout | undefined;
  /** Bytes that were published, before the oldest canary that is not back, and before the newest that is. */
  #bytes = 0;
  #bytesAtCanary = 0;
  #bytesTaken = 0;
  /** Subscriptions are being made that the broker has missed. */
  #isCatchingUp = false;
  /** The number of the last message from before. */
  #lastOld: number | undefined = undefined;
  readonly #renewal: Renewal;
  #published = 0;
  #received = 0;
  #lost = 0;

  /** @internal */
  constructor(server: AdapterServer, engine: ClusterEngine, settings: ClusterSettings) {
    super();
    this.#server = server;
    this.#settings = settings;
    this.name = settings.name;
    const { url, tls, forward } = settings;
    this.#tunnels = forward === undefined ? undefined : this.#openTunnels();
    const passedOn = url !== undefined || forward !== undefined;
    this.sessions = passedOn ? new Sessions(this.id, tls, networkOf(forward), this.#tunnels) : undefined;
    this.#engineName = engine.name;
    this.#reasons = new Reasons(engine, (reason, refused) => {
      if (this.closed) return;
      this.#tell('failed', reason);
      if (refused) server.report(refusalError(engine, reason), { phase: 'adapter' });
    });
    this.subscriptions = new Subscriptions(() => this.#link, this.#notTaken);
    this.#members = new Membership((event, node) => this.#tellOfMember(event, node));
    this.#renewal = new Renewal(settings.renewAfter);
    this.#start = new Start(settings.connectTimeout, () => this.#notStarted());
    void this.#start.settled?.then(() => setTimeout(() => this.sessions?.settled(), INTRODUCTION).unref());
    this.#link = new ClusterLink(engine, settings.prefix, {
      message: (payload, position, place) => this.#take(payload, position, place),
      failed: (error) => this.#linkFailed(error),
    });
    void this.#link.connected().then(() => this.#connected());
    this.#tunnelLink = typeof forward === 'object' ? this.#joinNetwork(forward) : this.#link;
    this.#leaveWith(this.#link);
    this.subscriptions.acquire(ALL);
    this.subscriptions.acquire(nodeTopic(this.id));
    this.#timer = setInterval(() => this.#tick(), settings.canaryInterval).unref();
    const ready = () => this.#tick();
    void Promise.resolve(this.subscriptions.confirmed(nodeTopic(this.id))).then(ready);
  }

  /** The state of this server's connection to the others. */
  get state(): ClusterState {
    return this.#state;
  }

  /** Why the broker is away, or does not take what this server asks for; undefined while it does, and until the reason is known. */
  get reason(): Error | undefined {
    return this.#reasons.current;
  }

  /** The other servers. */
  get nodes(): readonly ClusterNode[] {
    return this.#members.list();
  }

  /** Counts of messages since the start. */
  get counters(): ClusterCounters {
    const { size } = this.subscriptions;
    return { published: this.#published, received: this.#received, lost: this.#lost, subscriptions: size };
  }

  /** Resolves with the figures of all servers that answer, this one first, and the names of those that do not. */
  async stats(): Promise<ClusterStats> {
    const { encoder } = this.#server;
    const nodes = [this.#ownStats()];
    const answered = (frame: Frame) => {
      nodes.push(encoder.valuesOf(bodyOf(frame))[0] as NodeStats);
      return true;
    };
    const { silent } = await this.ask({ t: 'stats' }, '', answered);
    return { nodes, silent: this.namesOf(silent) };
  }

  #ownStats(): NodeStats {
    let sockets = 0;
    for (const adapter of this.#adapters.values()) sockets += adapter.socketCount;
    return {
      id: this.id,
      name: this.name,
      state: this.#state,
      connections: this.#server.engine?.clientsCount ?? 0,
      sockets,
      memory: process.memoryUsage.rss(),
      uptime: Math.round(process.uptime()),
      ...this.counters,
    };
  }

  /**
   * With `connectionStateRecovery`: resolves when the broker has stored all events that this server has emitted so far, and the rooms of its
   * sockets. Call it synchronously after the `emit`.
   * @throws Error when one of these events is lost for clients that reconnect.
   */
  async stored(): Promise<void> {
    await Promise.all([...this.#adapters.values()].map((adapter) => adapter.stored()));
  }

  /** The broker's memory; undefined with an engine that keeps nothing. @internal */
  get log(): EngineLog | undefined {
    return this.#link.log;
  }

  /** Whether the broker is reached, now or within a time (ms). @internal */
  async reached(time: number): Promise<boolean> {
    const signal = AbortSignal.timeout(time);
    while (this.#state === 'down') {
      try {
        await once(this, 'state', { signal });
      } catch {
        return false;
      }
    }
    return true;
  }

  /** Time (ms) for answers. @internal */
  get requestTimeout(): number {
    return this.#settings.requestTimeout;
  }

  /** Whether it has ended. @internal */
  get closed(): boolean {
    return this.#closed !== undefined;
  }

  // ---- requests of other servers' clients ----

  #openTunnels(): Tunnels {
    return new Tunnels({
      send: (to, header, bytes) => this.#sendThrough(to, header, bytes),
      accept: (socket) => this.#server.engine?.acceptConnection?.(socket) === true,
    });
  }

  /** Opens a link that only tunnels use. */
  #joinNetwork(engine: ClusterEngine): EngineLink {
    const link = new ClusterLink(engine, this.#settings.prefix, {
      message: (payload) => this.#take(payload, undefined),
      failed: () => this.#tunnels?.close(),
    });
    // A request must not wait for a network.
    link.giveUp();
    for (const topic of [ALL, nodeTopic(this.id)]) link.subscribe(topic).catch(this.#notTaken);
    this.#leaveWith(link);
    return link;
  }

  /** The others learn at once when this process ends, where the broker sees it. */
  #leaveWith(link: EngineLink): void {
    link.will?.(ALL, writeFrame(Kind.BYE, this.id, this.#next(), {}));
  }

  #sendThrough(to: string, header: Header, bytes: Buffer | undefined): boolean {
    if (this.#tunnelLink === this.#link && this.#state === 'down') return false;
    const body = bytes === undefined ? '' : { text: '', attachments: [bytes] };
    const frame = writeFrame(Kind.TUNNEL, this.id, this.#next(), header, body);
    this.#publishOwn(nodeTopic(to), frame, this.#tunnelLink);
    return true;
  }

  // ---- namespaces ----

  /** @internal */
  add(namespace: string, adapter: ClusterMember): void {
    this.#adapters.set(namespace, adapter);
  }

  /** The last adapter that leaves ends the cluster. @internal */
  remove(namespace: string, adapter: ClusterMember): Promise<void> {
    if (this.#adapters.get(namespace) === adapter) this.#adapters.delete(namespace);
    return this.closeUnused();
  }

  /** Ends a cluster without an adapter: the server has not started. @internal */
  closeUnused(): Promise<void> {
    return this.#adapters.size === 0 ? this.#close() : Promise.resolve();
  }

  #close(): Promise<void> {
    this.#closed ??= this.#leave();
    return this.#closed;
  }

  async #leave(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#lookout);
    this.#questions.giveUp();
    // Events from before the first connection still go out.
    if (this.#start.isConnecting && this.#published > 0) await inTime(this.#link.connected(), FAREWELL);
    this.#start.end();
    this.#link.giveUp();
    this.#send(ALL, Kind.BYE, {});
    this.#tunnels?.close();
    if (this.#tunnelLink !== this.#link) await this.#tunnelLink?.close();
    await this.#link.close();
    this.#become('down');
  }

  // ---- messages ----

  /**
   * Whether messages of this server are lost for the others: its broker is away, or takes them too slowly. Before the first connection they
   * wait for it. @internal
   */
  get loses(): boolean {
    return this.away || this.isFull;
  }

  /** Whether the broker takes messages of this server too slowly. @internal */
  get isFull(): boolean {
    return this.#bytes - this.#bytesTaken > this.#settings.maxUnsentBytes;
  }

  /** Whether the broker is away, and the first connection to it is not under way. @internal */
  get away(): boolean {
    return this.#state === 'down' && this.#start.isOver;
  }

  /** Resolves when this server has reached the others for the first time, or learns that it does not; undefined later. @internal */
  get started(): Promise<void> | undefined {
    return this.#state === 'down' ? this.#start.settled : undefined;
  }

  /** Publishes a message for rooms of a namespace. @internal */
  publish(kind: Kind, rooms: ReadonlySet<string>, header: Header, body?: string | EncodedBinary): void {
    if (this.loses) {
      this.#lost++;
      return;
    }
    const topics = this.topics.of(header.n as string, rooms);
    const all: Header = topics.length === 1 ? header : { ...header, m: 1 };
    const frame = writeFrame(kind, this.id, this.#next(), all, body);
    for (const topic of topics) this.#publish(topic, frame);
  }

  /** The number of a message that goes another way. @internal */
  nextNumber(): number {
    return this.#next();
  }

  /** @internal */
  countPublished(bytes: number): void {
    this.#published++;
    this.#bytes += bytes;
    const isMuch = this.#bytes - this.#bytesTaken > this.#settings.maxUnsentBytes / 2;
    // When it comes back, the broker has taken everything before it.
    if (isMuch && this.#canary === undefined && this.#state !== 'down') this.#sendCanary(performance.now());
  }

  /** @param error why the broker does not store a message, which the others do not get either. @internal */
  countLost(error?: unknown): void {
    this.#lost++;
    if (error !== undefined) this.notStored(error);
  }

  /** The broker does not store what it is sent. @internal */
  notStored(error: unknown): void {
    // That a broker cannot store anything is reported once, and no fault of it.
    if (!isNoLog(error)) this.#notTaken(error);
  }

  /** The opposite of {@link notStored}. @internal */
  storesAgain(): void {
    this.#trouble.forget();
  }

  /** Sends a message to one server. @internal */
  sendTo(id: string, kind: Kind, header: Header): void {
    this.#send(nodeTopic(id), kind, header);
  }

  #next(): number {
    this.#number = (this.#number + 1) >>> 0;
    return this.#number;
  }

  #send(topic: string, kind: Kind, header: Header, body?: string | EncodedBinary): void {
    this.#publish(topic, writeFrame(kind, this.id, this.#next(), header, body));
  }

  /** Publishes a message for all servers. @internal */
  publishToAll(kind: Kind, header: Header, body?: string | EncodedBinary): void {
    if (this.loses) this.#lost++;
    else this.#send(ALL, kind, header, body);
  }

  #publish(topic: string, frame: Buffer): void {
    // Canaries and heartbeats do not count as lost: their absence shows that the broker is unreachable.
    if ((frame[0] as number) >= Kind.HEARTBEAT) return this.#publishOwn(topic, frame);
    this.countPublished(frame.length);
    try {
      this.#link.publish(topic, frame)?.catch(this.#notPublished);
    } catch {
      this.#notPublished();
    }
  }

  #publishOwn(topic: string, frame: Buffer, link: EngineLink | undefined = this.#link): void {
    try {
      link?.publish(topic, frame)?.catch(this.#notTaken);
    } catch {
      // The link is not connected.
    }
  }

  readonly #notPublished = (error?: unknown): void => {
    this.#lost++;
    this.#notTaken(error);
  };

  /** A call of the link has failed. That the broker is away tells the link itself. */
  readonly #notTaken = (error: unknown): void => {
    if (this.#reasons.isRefusal(error)) this.#refusal = error;
    if (error !== undefined) this.#trouble.note(error, performance.now());
  };

  /** The first connection is made. Events from before have gone out. */
  #connected(): void {
    this.#start.connected();
    this.#canary = undefined;
    this.#tick();
  }

  /** There is no first connection in time. */
  #notStarted(): void {
    const { connectTimeout } = this.#settings;
    const error = noConnectionError(this.#engineName, connectTimeout, this.#reasons.current);
    this.#link.giveUp(error);
    if (this.#reasons.current === undefined) this.#reasons.failed(this.#refusal ?? error);
    this.subscriptions.brokerAway();
  }

  #take(payload: Buffer, position: string | undefined, place?: string): void {
    try {
      const sender = senderOf(payload);
      if (sender !== this.id) {
        this.#received++;
        this.#receive(readFrame(payload, position, place));
      } else if (position !== undefined || place !== undefined) {
        const frame = readFrame(payload, position, place);
        this.#adapters.get(frame.header.n ?? '')?.echo(frame);
      } else if (payload[0] === Kind.CANARY) this.#canaryIsBack(readFrame(payload));
    } catch (error) {
      this.#server.report(error, { phase: 'adapter' });
    }
  }

  #receive(frame: Frame): void {
    const { kind, sender, number, header } = frame;
    switch (kind) {
      case Kind.ANSWER:
        return this.#questions.answer(frame);
      case Kind.HEARTBEAT:
        return this.#heard(frame);
      case Kind.BYE:
        return this.#gone(sender);
      case Kind.CANARY:
        return;
      case Kind.TUNNEL:
        return this.#tunnels?.take(frame);
      default:
        if (header.m === 1 && this.#duplicates.has(sender, number)) return;
        this.#deliver(frame);
    }
  }

  #deliver(frame: Frame): void {
    const { kind, sender, header } = frame;
    if (kind === Kind.QUESTION && header.t === 'stats') {
      const values = this.#server.encoder.textOfValues([this.#ownStats()]);
      return this.answer(sender, { q: header.q as number }, values);
    }
    const adapter = this.#adapters.get(header.n ?? '');
    if (adapter !== undefined) adapter.take(frame);
    else if (kind === Kind.QUESTION) this.answer(sender, { q: header.q as number, k: 0 });
  }

  // ---- questions ----

  /** The number of servers that answer questions. @internal */
  get size(): number {
    return 1 + this.#members.size;
  }

  /**
   * Asks all other servers.
   * @param answered gets each answer. @returns whether it was the server's last.
   * @internal
   */
  ask(
    header: Header,
    body: string | EncodedBinary,
    answered: (frame: Frame) => boolean,
    timeout = this.#settings.requestTimeout,
  ): Promise<Answers> {
    return new Promise((resolve) => {
      const waiting = new Set<string>();
      const silent: string[] = [];
      const away = this.#state === 'down';
      for (const node of this.#members.all()) {
        if (away || node.silent) silent.push(node.id);
        else waiting.add(node.id);
      }
      const number = this.#questions.open(waiting, silent, timeout, answered, resolve);
      if (waiting.size > 0) this.#send(ALL, Kind.QUESTION, { ...header, q: number }, body);
      this.#questions.sent(number);
    });
  }

  /** @internal */
  answer(to: string, header: Header, body?: string | EncodedBinary): void {
    this.#send(nodeTopic(to), Kind.ANSWER, header, body);
  }

  /** @internal */
  namesOf(ids: readonly string[]): string[] {
    return ids.map((id) => this.#members.nameOf(id));
  }

  // ---- the other servers ----

  #heartbeat(hello: boolean): void {
    this.#lastHeartbeat = performance.now();
    this.#sayHello(ALL, hello);
  }

  #sayHello(topic: string, hello: boolean): void {
    const header: Header = { i: this.#info() };
    this.#send(topic, Kind.HEARTBEAT, hello ? { ...header, h: 1 } : header);
  }

  #info(): NodeInfo {
    const { url, forward } = this.#settings;
    const address = typeof url === 'function' ? url() : url;
    const network = networkOf(forward);
    if (this.sessions === undefined || (address ?? network) === undefined) return { name: this.name };
    const { key } = this.sessions;
    return {
      name: this.name,
      key,
      ...(address !== undefined && { url: address }),
      ...(network !== undefined && { network }),
    };
  }

  #heard({ sender, header: { i, h } }: Frame): void {
    if (i === undefined) return;
    this.sessions?.heard(sender, i);
    const isNew = this.#members.heartbeat(sender, i, performance.now());
    if (isNew || h === 1) this.#sayHello(nodeTopic(sender), false);
    this.#judge();
  }

  #gone(id: string): void {
    this.#members.remove(id);
    this.sessions?.left(id);
    this.#tunnels?.left(id);
    this.#questions.left(id);
    this.#duplicates.forget(id);
    this.#judge();
  }

  #tellOfMember(event: MemberEvent, { id, name, silent }: ClusterNode): void {
    this.#tell(event, { id, name, silent });
  }

  #tell(event: string, ...args: unknown[]): void {
    // Those of `once` with what removes them.
    for (const listener of this.rawListeners(event)) {
      try {
        listener.apply(this, args);
      } catch (error) {
        this.#server.report(error, { phase: 'listener', event });
      }
    }
  }

  // ---- the broker ----

  #tick(): void {
    if (this.closed) return;
    const now = performance.now();
    const { canaryInterval, canaryTimeout, heartbeatInterval, silentAfter, goneAfter } = this.#settings;
    // This process was blocked: messages that others sent in the meantime are not read yet.
    const late = now - this.#lastTick > 2 * canaryInterval;
    this.#lastTick = now;
    if (late) {
      if (this.#canary !== undefined) this.#canary = now;
      this.subscriptions.excuse(now);
    }
    if (late || this.#state === 'down') this.#members.excuseAll(now);
    for (const id of this.#members.check(now, silentAfter, goneAfter)) this.#gone(id);
    this.subscriptions.sweep();
    if (this.#state !== 'down') {
      this.subscriptions.renewUnproven(now - canaryTimeout);
      if (this.#refusal !== undefined && this.subscriptions.broken > 0) this.#reasons.failed(this.#refusal);
      const trouble = this.#trouble.at(now);
      if (trouble !== undefined) this.#reasons.failed(trouble);
      for (const topic of this.subscriptions.nextProofs(now)) this.#send(topic, Kind.CANARY, { p: topic });
    }
    if (this.#state === 'down') {
      this.subscriptions.renewRejected();
      if (this.#renewal.isDue(now)) this.#renewLink();
    }
    if (this.#start.isConnecting) return;
    this.#sendCanary(now);
    if (this.#state !== 'down') this.#tickAdapters();
    if (now - this.#lastHeartbeat >= heartbeatInterval) this.#heartbeat(this.#state === 'down');
    this.#judge();
  }

  #tickAdapters(): void {
    for (const adapter of this.#adapters.values()) adapter.tick();
  }

  #sendCanary(now: number): void {
    // At the start some brokers take seconds to confirm a subscription.
    const isConfirmed = this.#start.isOver || this.subscriptions.confirmed(nodeTopic(this.id)) === undefined;
    if (this.#canary === undefined && isConfirmed) {
      this.#canary = now;
      this.#bytesAtCanary = this.#bytes;
      this.#lookOut(this.#settings.canaryTimeout);
    }
    this.#send(nodeTopic(this.id), Kind.CANARY, {});
  }

  #lookOut(time: number): void {
    if (this.#lookout !== undefined) return;
    const due = performance.now() + time;
    const look = () => {
      this.#lookout = undefined;
      // This process may have been blocked: what others sent in the meantime is read first.
      setImmediate(() => this.#lookForCanary(performance.now() - due > LATE));
    };
    this.#lookout = setTimeout(look, time).unref();
  }

  #lookForCanary(late: boolean): void {
    if (this.#canary === undefined || this.closed) return;
    const { canaryTimeout } = this.#settings;
    const age = performance.now() - this.#canary;
    if (age < canaryTimeout) this.#lookOut(canaryTimeout - age);
    else if (late && age < 2 * canaryTimeout) this.#lookOut(LATE);
    else this.#brokerSilent();
  }

  #canaryIsBack({ header: { p }, number }: Frame): void {
    this.#canary = undefined;
    this.#bytesTaken = this.#bytesAtCanary;
    if (p !== undefined) this.subscriptions.proven(p);
    if (this.#state === 'down' && !this.closed && this.#isNewEnough(number)) this.#brokerBack();
    this.#judge();
  }

  /** Numbers begin again behind the highest. */
  #isNewEnough(number: number): boolean {
    return !this.#isCatchingUp && (this.#lastOld === undefined || ((number - this.#lastOld) | 0) > 0);
  }

  #brokerBack(): void {
    const underWay = this.subscriptions.brokerBack();
    if (underWay !== undefined) return void this.#proveAgain(underWay);
    this.#lastOld = undefined;
    this.#start.end();
    this.#members.excuseAll(performance.now());
    this.#heartbeat(true);
    this.#become('up');
    this.#tickAdapters();
  }

  /** Rooms that clients have joined meanwhile get every message that comes when the state is `up`. */
  async #proveAgain(underWay: Promise<unknown>): Promise<void> {
    this.#isCatchingUp = true;
    await inTime(underWay, this.#settings.canaryTimeout);
    this.#isCatchingUp = false;
    if (this.closed) return;
    this.#lastOld = this.#number;
    this.#sendCanary(performance.now());
  }

  #linkFailed(error: unknown): void {
    if (!this.closed) this.#reasons.failed(error);
    this.#renewal.sign(performance.now());
    if (this.#state === 'down' && !this.#start.isOver) {
      this.subscriptions.brokerAway();
      this.#start.failed();
    }
    this.#brokerAway();
  }

  /** Nothing has come from the broker for long: its connections may be dead, which the system tells after many minutes. */
  #renewLink(): void {
    this.#canary = undefined;
    this.#link.renew();
    this.subscriptions.restart();
  }

  #brokerSilent(): void {
    const { canaryTimeout } = this.#settings;
    const known = this.#refusal ?? this.#trouble.at(performance.now());
    if (known !== undefined) this.#reasons.failed(known);
    else if (this.#reasons.current === undefined) {
      const name = this.#engineName;
      this.#reasons.failed(new Error(`The broker (${name}) has sent nothing back within ${canaryTimeout} ms`));
    }
    this.#brokerAway();
  }

  #brokerAway(): void {
    if (this.#state === 'down') return;
    // Messages that the broker has not taken are lost, and no later one waits behind them.
    this.#bytesTaken = this.#bytes;
    this.#renewal.begin(performance.now());
    this.subscriptions.brokerAway();
    this.#become('down');
    if (this.#tunnelLink === this.#link) this.#tunnels?.close();
    this.#questions.giveUp();
  }

  #judge(): void {
    if (this.#state === 'down') return;
    const isTroubled = this.#trouble.isTold;
    this.#become(isTroubled || this.#members.silent > 0 || this.subscriptions.broken > 0 ? 'degraded' : 'up');
  }

  #become(state: ClusterState): void {
    const before = this.#state;
    if (state === before) return;
    this.#state = state;
    if (state === 'down' || before === 'down') this.#trouble.forget();
    if (state === 'up') {
      this.#refusal = undefined;
      this.#reasons.reached();
    }
    this.#tell('state', state, before);
  }
}

function networkOf(forward: ClusterSettings['forward']): string | undefined {
  return typeof forward === 'object' ? (forward.network ?? forward.name) : forward;
}
