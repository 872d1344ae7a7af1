/** The parts of an adapter's host: how to call a part of it, and under which names other parts are found. */
const PARTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  nsp: { server: 'server' },
  server: {},
  socket: {},
};

/** Hands out an adapter's host with every look at it written down. A look at what is not there is an error. */
export class Recorder {
  readonly seen = new Set<string>();
  readonly #watched = new WeakMap<object, object>();

  watch<T extends object>(part: string, target: T): T {
    const known = this.#watched.get(target) as T | undefined;
    if (known !== undefined) return known;
    const watched = new Proxy(target, {
      get: (_, name) => this.#get(part, target, name),
      set: (_, name, value) => {
        this.seen.add(`${part}.${String(name)}=`);
        return Reflect.set(target, name, value);
      },
    });
    this.#watched.set(target, watched);
    return watched;
  }

  #get(part: string, target: object, name: string | symbol): unknown {
    if (typeof name === 'string') {
      this.seen.add(`${part}.${name}`);
      if (!(name in target)) throw new Error(`an adapter looks for ${part}.${name}, which is not there`);
    }
    const value: unknown = Reflect.get(target, name);
    if (part === 'nsp' && name === 'sockets') return this.#sockets(value as Map<string, object>);
    const inner = PARTS[part]?.[String(name)];
    if (inner !== undefined) return this.watch(inner, value as object);
    return typeof value === 'function' ? value.bind(target) : value;
  }

  #sockets(sockets: Map<string, object>): Map<string, object> {
    return new Map([...sockets].map(([id, socket]) => [id, this.watch('socket', socket)]));
  }
}
