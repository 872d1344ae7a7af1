import type { VirtualSocket } from './virtual-socket.js';

/** The connections by session id: a `Map` that can be read like an object, too, as code for engine.io does. */
export type ConnectionTable = ReadonlyMap<string, VirtualSocket> & { readonly [id: string]: VirtualSocket };

/**
 * A view of a map that code for engine.io can read as an object: `clients[id]`, `id in clients`, `Object.keys(clients)`. It is made for
 * those who ask; the engine itself uses the map, since ids come from the wire.
 */
export function connectionTable(connections: Map<string, VirtualSocket>): ConnectionTable {
  const view = new Proxy(connections, {
    get(map, key) {
      const own: unknown = Reflect.get(map, key, map);
      if (typeof own === 'function') return own.bind(map);
      return own === undefined && typeof key === 'string' ? map.get(key) : own;
    },
    has: (map, key) => Reflect.has(map, key) || map.has(key as string),
    ownKeys: (map) => [...map.keys()],
    getOwnPropertyDescriptor(map, key) {
      const value = map.get(key as string);
      return value === undefined ? undefined : { value, enumerable: true, configurable: true, writable: false };
    },
    // An object that code for engine.io deletes from, or writes to, is not ours to change.
    set: () => false,
    deleteProperty: () => false,
    defineProperty: () => false,
  });
  // A proxy has the type of its target; the members by id are the trap's.
  return view as ReadonlyMap<string, VirtualSocket> as ConnectionTable;
}
