import { contain } from '../internal/events/lazy-emitter.js';
import type { HubLike, ServerContext } from '../namespace/contracts.js';
import type { NamespaceMatcher } from '../namespace/hub/parent-hub.js';
import { type Hub, newHub, newParentHub, type ParentHub } from '../namespace/hub/typed-hub.js';

/** Decides whether a dynamic namespace exists: `next(null, true)` creates it. */
export type NamespaceCheck = (
  name: string,
  auth: Record<string, unknown>,
  next: (error: Error | null, success?: boolean) => void,
) => unknown;

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

/** The policy for children that are empty. */
export interface EmptyNamespaces {
  /** All of them go at once, none, or (undefined) those that the application has added nothing to. */
  readonly cleanUp: boolean | undefined;
  /** How many may stay. */
  readonly most: number;
}

/** The namespaces of a server: fixed ones by name, and parents that may create more. */
export class NamespaceRegistry {
  readonly hubs = new Map<string, Hub>();
  readonly #parents: ParentHub[] = [];
  readonly #parentOf = new WeakMap<Hub, ParentHub>();
  readonly #synchronous = new Map<ParentHub, (name: string) => Readonly<Record<string, string>> | undefined>();
  readonly #host: ServerContext;
  readonly #created: (hub: Hub) => void;
  readonly #emptyNamespaces: () => EmptyNamespaces;
  /** Children that clients have asked for, with what they had from the start: see `additions` of the hub. */
  readonly #askedFor = new WeakMap<Hub, number>();
  /** Children that clients have asked for and that stay although they were empty; the one that became so first comes first. */
  readonly #kept = new Set<Hub>();

  /** @param created is told of every new namespace but the main one. */
  constructor(host: ServerContext, created: (hub: Hub) => void, emptyNamespaces: () => EmptyNamespaces) {
    this.#host = host;
    this.#created = created;
    this.#emptyNamespaces = emptyNamespaces;
  }

  get parents(): readonly ParentHub[] {
    return this.#parents;
  }

  /** The namespace called `name`, made if need be: as the child of a pattern that matches, else as one of its own. */
  named(name: string): { hub: Hub; isNew: boolean; isChild: boolean } {
    const known = this.hubs.get(name);
    if (known !== undefined) return { hub: known, isNew: false, isChild: false };
    for (const [parent, match] of this.#synchronous) {
      const params = match(name);
      if (params !== undefined) return { hub: this.#bear(parent, name, params), isNew: true, isChild: true };
    }
    const hub = newHub(this.#host, name);
    this.hubs.set(name, hub);
    if (name !== '/') this.#created(hub);
    return { hub, isNew: true, isChild: false };
  }

  /** A parent of namespaces whose names match a pattern; `match` gives the parameters. */
  pattern(match: (name: string) => Readonly<Record<string, string>> | undefined): ParentHub {
    const parent = this.#add((name, _auth, done) => done(match(name)));
    this.#synchronous.set(parent, match);
    return parent;
  }

  expression(expression: RegExp): ParentHub {
    return this.pattern((name) => {
      expression.lastIndex = 0;
      return expression.test(name) ? NO_PARAMS : undefined;
    });
  }

  checked(check: NamespaceCheck): ParentHub {
    return this.#add((name, auth, done) => {
      let answered = false;
      const answer = (exists: boolean) => {
        if (answered) return;
        answered = true;
        done(exists ? NO_PARAMS : undefined);
      };
      const failed = (error: unknown) => {
        this.#host.report(error, { phase: 'connect', namespace: name });
        answer(false);
      };
      const next = (error: Error | null, success?: boolean) => answer(!error && Boolean(success));
      contain(() => check(name, (auth ?? {}) as Record<string, unknown>, next), failed);
    });
  }

  #add(matches: NamespaceMatcher): ParentHub {
    const parent = newParentHub(this.#host, matches);
    this.#parents.push(parent);
    return parent;
  }

  /** Asks the parents, in the order in which they were registered. */
  resolve(name: string, auth: unknown, done: (hub: Hub | undefined) => void): void {
    const ask = (index: number): void => {
      const parent = this.#parents[index];
      if (parent === undefined) return done(undefined);
      parent.matches(name, auth, (params) => {
        if (params === undefined) return ask(index + 1);
        // Another client may have brought it forth meanwhile.
        const hub = this.hubs.get(name) ?? this.#bearSafely(parent, name, params);
        if (this.#synchronous.has(parent)) done(hub);
        // Later: a predicate may go on to equip the namespace after its call of `next`.
        else process.nextTick(done, hub);
      });
    };
    ask(0);
  }

  /** Undefined when its adapter cannot be made. */
  #bearSafely(parent: ParentHub, name: string, params: Readonly<Record<string, string>>): Hub | undefined {
    try {
      const child = this.#bear(parent, name, params);
      this.#askedFor.set(child, child.additions);
      return child;
    } catch (error) {
      this.#host.report(error, { phase: 'adapter', namespace: name });
      return undefined;
    }
  }

  #bear(parent: ParentHub, name: string, params: Readonly<Record<string, string>>): Hub {
    const child = parent.createChild(name, params);
    this.hubs.set(name, child);
    this.#parentOf.set(child, parent);
    this.#created(child);
    return child;
  }

  /** A child is empty: it goes, or stays as long as there are not too many. */
  emptied(given: HubLike): void {
    const hub = this.hubs.get(given.name);
    if (hub === undefined || hub !== given || !this.#parentOf.has(hub)) return;
    const { cleanUp, most } = this.#emptyNamespaces();
    const had = this.#askedFor.get(hub);
    if (cleanUp ?? hub.additions === had) return this.#forget(hub);
    // The application has created it by name, as it does a bounded number of times.
    if (had === undefined) return;
    this.#kept.delete(hub);
    this.#kept.add(hub);
    for (const oldest of this.#kept) {
      if (this.#kept.size <= most) return;
      if (oldest.isEmpty) this.#forget(oldest);
      else this.#kept.delete(oldest);
    }
  }

  #forget(hub: Hub): void {
    this.#kept.delete(hub);
    this.hubs.delete(hub.name);
    this.#parentOf.get(hub)?.dropChild(hub);
    const failed = (error: unknown) => this.#host.report(error, { phase: 'adapter', namespace: hub.name });
    contain(() => hub.adapter.close?.(), failed);
  }
}
