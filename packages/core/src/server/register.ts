import { type AnyClass, ClassError } from '../namespace/class/class-error.js';
import { ClassFactory } from '../namespace/class/class-factory.js';
import { isRoutePattern, RoutePattern } from '../namespace/class/declare/params.js';
import { describeSurface, type Surface } from '../namespace/class/dispatch/surface.js';
import { Namespace } from '../namespace/class/namespace.js';
import { Socket } from '../namespace/socket/socket.js';
import { assertNamespaces } from './namespaces-argument.js';
import type { Server } from './server.js';
import { UnservedMain } from './unserved-main.js';

/** A class of namespaces, of whatever request and events. */
export type NamespaceClass = new (...args: never[]) => object;

/** A class whose constructor wants arguments. */
export interface NamespaceProvider {
  /** The class of its objects: its methods are the events. */
  readonly class: NamespaceClass;
  /** Makes an object for one connection, synchronously. */
  readonly create: () => object;
}

/**
 * Classes by namespace name (`/chat`) or route pattern (`/orders/:id`); `*` takes whatever no other takes, `/` apart, which is
 * always there.
 */
export type Namespaces = Readonly<Record<string, NamespaceClass | NamespaceProvider>>;

const CATCH_ALL = '*';
const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

const BASES: ReadonlySet<AnyClass> = new Set<AnyClass>([Namespace, Socket]);

/** The factory of a class. @throws ClassError for a mistake in the class. */
function factoryOf(entry: NamespaceClass | NamespaceProvider): ClassFactory {
  const { ctor, make } =
    typeof entry === 'function' ? { ctor: entry, make: undefined } : { ctor: entry.class, make: entry.create };
  return new ClassFactory(ctor, make, BASES);
}

/** The same. An error about a value that is not a namespace's class names the key. */
function factoryFor(namespaces: Namespaces, name: string): ClassFactory {
  try {
    return factoryOf(namespaces[name] as NamespaceClass);
  } catch (error) {
    if (!(error instanceof ClassError) || error.code !== 'SIO_CLASS_NOT_A_NAMESPACE') throw error;
    throw new ClassError(error.code, `"${name}": ${error.message}`);
  }
}

/**
 * Serves namespaces by classes.
 * @throws ClassError for a mistake in a class or a pattern, and for anything else than such an object.
 */
export function registerNamespaces(io: Server, namespaces: Namespaces): void {
  assertNamespaces(namespaces);
  const patterns: RoutePattern[] = [];
  for (const name of Object.keys(namespaces)) {
    if (name === CATCH_ALL) continue;
    if (!isRoutePattern(name)) io.of(name)._serve(factoryFor(namespaces, name));
    else {
      const pattern = new RoutePattern(name);
      RoutePattern.assertDistinct(pattern, patterns);
      patterns.push(pattern);
    }
  }
  for (const pattern of patterns.sort(RoutePattern.compare)) {
    const parent = io._family((name) => pattern.match(name));
    parent._serve(factoryFor(namespaces, pattern.pattern));
  }
  const others = namespaces[CATCH_ALL];
  if (others !== undefined) io._family(() => NO_PARAMS)._serve(factoryFor(namespaces, CATCH_ALL));
  const names = Object.keys(namespaces);
  if (names.length > 0 && namespaces['/'] === undefined) io.sockets._serve(new UnservedMain(io, names));
}

/** Describes the part of a class that clients can reach. @throws ClassError as registration does. */
export function surfaceOf(entry: NamespaceClass | NamespaceProvider): Surface {
  return describeSurface(factoryOf(entry).table);
}
