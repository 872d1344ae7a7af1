import type { MountPoint } from './mount.js';

/** Mounts by their middlewares. */
const mounts = new WeakMap<object, MountPoint>();
/** Middlewares that no request has come to so far. */
const unseen = new WeakSet<object>();

/** Remembers whose middleware it is. */
export function noteMount(middleware: object, mount: MountPoint): void {
  mounts.set(middleware, mount);
  unseen.add(middleware);
}

/**
 * For adapters: looks, at the first request that comes to a middleware, for another mount behind it at the same place, which the
 * developer is told of.
 * @param list gives the middlewares that the application runs for a request, in their order.
 */
export function lookForTwin<Request>(
  middleware: object,
  list: (request: Request) => readonly unknown[],
  request: Request,
): void {
  if (!unseen.delete(middleware)) return;
  const mount = mounts.get(middleware);
  const all = list(request);
  const behind = all.includes(middleware) ? all.slice(all.indexOf(middleware) + 1) : [];
  if (behind.some((each) => mounts.get(each as object)?.endpoint.path === mount?.endpoint.path)) mount?.coversAnother();
}
