import type { HubLike, ServerContext, SocketFactory, SocketLike } from '../contracts.js';
import type { DefaultEventsMap, EventsMap } from '../events/events-map.js';
import { untyped } from '../events/typed-emitter.js';
import type { BroadcastFlags } from './flags.js';
import { Hub } from './hub.js';
import { MemoryAdapter } from './memory-adapter.js';
import { BroadcastOperator } from './operator.js';

/** Whether a name belongs to a parent, and with which parameters. Answers through `done`, at once or later. */
export type NamespaceMatcher = (
  name: string,
  auth: unknown,
  done: (params: Readonly<Record<string, string>> | undefined) => void,
) => void;

type Listener = (...args: unknown[]) => unknown;

let count = 0;

/**
 * The parent of namespaces that are created when a client asks for them. An event to the parent goes to all its
 * children. A child starts with the middlewares and listeners that the parent has at that moment.
 */
export class ParentHub<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
  Socket extends SocketLike = SocketLike,
> extends Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData, Socket> {
  readonly #children: Set<HubLike>;
  /** @internal Whether a name is that of a child. */
  readonly matches: NamespaceMatcher;

  constructor(server: ServerContext, matches: NamespaceMatcher) {
    const children = new Set<HubLike>();
    // None of the application's: nothing is ever in the parent itself, and nothing would close it.
    super(server, `/_${count++}`, undefined, (hub) => new FamilyAdapter(hub, children));
    this.#children = children;
    this.matches = matches;
  }

  /** The children check what is emitted; once is enough. */
  override _serve(factory: SocketFactory): void {
    this._factory = factory;
  }

  /** Makes the child called `name`. */
  createChild(
    name: string,
    params: Readonly<Record<string, string>>,
  ): Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData, Socket> {
    const child = new Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData, Socket>(this.server, name, params);
    child._middlewares = [...this._middlewares];
    child._serve(this._factory);
    for (const event of ['connect', 'connection'] as const) {
      for (const listener of untyped(this).rawListeners(event))
        untyped(child).on(event, this.#inherited(event, listener));
    }
    this.#children.add(child);
    return child;
  }

  /** A listener of `once` is called once for all children. It stays with each, so that their listeners can be counted. */
  #inherited(event: 'connect' | 'connection', added: object): Listener {
    const { listener } = added as { listener?: Listener };
    if (listener === undefined) return added as Listener;
    const parent = untyped(this);
    const once: Listener = function (this: unknown, ...args) {
      if (!parent.rawListeners(event).includes(added as Listener)) return undefined;
      parent.removeListener(event, added as Listener);
      return listener.apply(this, args);
    };
    return Object.assign(once, { listener });
  }

  /** @internal */
  dropChild(child: HubLike): void {
    this.#children.delete(child);
  }

  /** Not supported. @throws Error always: call it on a child. */
  override fetchSockets(): never {
    throw new Error('fetchSockets() is not supported on parent namespaces: call it on a child');
  }
}

/** Passes a parent's broadcasts on to its children. */
class FamilyAdapter extends MemoryAdapter {
  readonly #children: ReadonlySet<HubLike>;

  constructor(parent: HubLike, children: ReadonlySet<HubLike>) {
    super(parent);
    this.#children = children;
  }

  /** @throws what the first child that fails throws; the others have got it. */
  override broadcast(...[packet, { rooms, except, flags }]: Parameters<MemoryAdapter['broadcast']>): void {
    const [event, ...args] = packet.data as [string, ...unknown[]];
    const failures: unknown[] = [];
    for (const child of this.#children) {
      const operator = new BroadcastOperator(child.adapter, rooms, except, { ...flags } as BroadcastFlags);
      try {
        operator.emit(event, ...args);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
