import { contain, containRejection, isThenable } from '../../internal/events/lazy-emitter.js';

/** Takes a failure that no caller waits for. */
export type ClientFailure = (error: unknown) => void;

/** Milliseconds in which one text is reported once: a broker that is away fails each publish in the same words. */
const QUIET = 10_000;

/**
 * A client of a broker that an adapter may use as carelessly as published adapters do: `createAdapter(contained(pub), contained(sub))`. A
 * command that fails without anybody waiting for it, and an `error` without a listener, are reported in place of ending the process.
 * A caller that waits gets the failure as ever. Clients that it returns (`duplicate()`, a pool's `connect()`) are contained as
 * well.
 * @param report @default writes to stderr, each text at most every 10 seconds
 */
export function contained<T extends object>(client: T, report: ClientFailure = onStderr()): T {
  return new Containment(report).around(client);
}

interface Emitting {
  on(event: 'error', listener: ClientFailure): unknown;
}

function isEmitter(value: unknown): value is object & Emitting {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Emitting>).on === 'function';
}

/** All clients that come from one. */
class Containment {
  readonly #report: ClientFailure;
  readonly #known = new WeakMap<object, object>();

  constructor(report: ClientFailure) {
    this.#report = (error) => contain(() => report(error), ignore);
  }

  around<T extends object>(client: T): T {
    const known = this.#known.get(client);
    if (known !== undefined) return known as T;
    if (isEmitter(client)) client.on('error', this.#report);
    const proxy = new Proxy(client, {
      // Methods and getters run on the client itself, which may have private fields.
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        return name === 'constructor' ? value : this.#member(target, value);
      },
      set: (target, name, value) => Reflect.set(target, name, value, target),
    });
    this.#known.set(client, proxy);
    this.#known.set(proxy, proxy);
    return proxy;
  }

  #member(client: object, value: unknown): unknown {
    if (typeof value !== 'function') return value;
    return (...args: unknown[]) => this.#result(Reflect.apply(value, client, args));
  }

  #result(result: unknown): unknown {
    if (isEmitter(result)) return this.around(result);
    if (!isThenable(result)) return result;
    const outcome = Promise.resolve(result).then((value) => (isEmitter(value) ? this.around(value) : value));
    containRejection(outcome, this.#report);
    return outcome;
  }
}

function ignore(): void {}

function onStderr(): ClientFailure {
  const told = new Map<string, number>();
  return (error) => {
    const text = String((error as { message?: unknown } | null)?.message ?? error);
    const now = performance.now();
    if (now - (told.get(text) ?? Number.NEGATIVE_INFINITY) < QUIET) return;
    for (const [known, at] of told) if (now - at >= QUIET) told.delete(known);
    told.set(text, now);
    console.error('[sio] the client of a broker:', error);
  };
}
