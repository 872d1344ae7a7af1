import type { DefaultEventsMap, EventsMap } from '../events/events-map.js';
import { untyped } from '../events/typed-emitter.js';
import type { ServerContext } from '../server-context.js';
import type { BroadcastFlags } from './flags.js';
import { Hub, type SocketFactory } from './hub.js';
import { MemoryAdapter } from './memory-adapter.js';
import { BroadcastOperator } from './operator.js';

/** Whether a name belongs to a parent, and with which parameters. Answers through `done`, at once or later. */
export type NamespaceMatcher = (
  name: string,
  auth: unknown,
  done: (params: Readonly<Record<string, string>> | undefined) => void,
) => void;

let count = 0;

/**
 * A family of namespaces that come into being when a client asks for one: what is said to the parent is said to all its
 * children, and each child starts with the parent's middlewares and listeners as they are then.
 */
export class ParentHub<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
> extends Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
  readonly #children = new Set<Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>();
  /** @internal Whether a name is that of a child. */
  readonly matches: NamespaceMatcher;

  constructor(server: ServerContext, matches: NamespaceMatcher) {
    super(server, `/_${count++}`);
    this.matches = matches;
    this.adapter = new FamilyAdapter(this as never, () => this.#children as unknown as Set<Hub>);
  }

  /** The children check what is emitted; once is enough. */
  override _serve(factory: SocketFactory): void {
    this._factory = factory;
  }

  /** Makes the child called `name`. */
  createChild(
    name: string,
    params: Readonly<Record<string, string>>,
  ): Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
    const child = new Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>(this.server, name, params);
    child._middlewares = [...this._middlewares];
    child._serve(this._factory);
    for (const event of ['connect', 'connection'] as const) {
      for (const listener of untyped(this).listeners(event)) untyped(child).on(event, listener as () => void);
    }
    this.#children.add(child);
    return child;
  }

  /** @internal */
  dropChild(child: Hub): void {
    this.#children.delete(child as never);
  }

  /** Not to be had here. @throws Error always: the children live on their own. */
  override fetchSockets(): never {
    throw new Error('fetchSockets() is not supported on parent namespaces');
  }
}

/** Passes a parent's broadcasts on to its children. */
class FamilyAdapter extends MemoryAdapter {
  readonly #children: () => Set<Hub>;

  constructor(parent: Hub, children: () => Set<Hub>) {
    super(parent);
    this.#children = children;
  }

  override broadcast(...[packet, options]: Parameters<MemoryAdapter['broadcast']>): void {
    for (const child of this.#children()) {
      const flags: BroadcastFlags = { ...options.flags } as BroadcastFlags;
      const [event, ...args] = packet.data as [string, ...unknown[]];
      new BroadcastOperator(child.adapter, options.rooms, options.except, flags).emit(event, ...args);
    }
  }
}
