import type { MountPoint } from './mount.js';

/** Mounts by their middlewares. */
const mounts = new WeakMap<object, MountPoint>();

/**
 * Remembers whose middleware it is, and looks, when the first request gets there, for another mount behind it at the same place, which
 * the developer is told of.
 * @param list gives the middlewares that the application runs for a request, in their order.
 */
export function noteMount<Request>(
  middleware: object,
  mount: MountPoint,
  list: ((request: Request) => readonly unknown[]) | undefined,
): void {
  mounts.set(middleware, mount);
  if (list === undefined) return;
  mount.onReached = (request) => {
    const all = list(request as Request);
    const behind = all.includes(middleware) ? all.slice(all.indexOf(middleware) + 1) : [];
    if (behind.some((each) => mounts.get(each as object)?.endpoint.path === mount.endpoint.path)) mount.coversAnother();
  };
}
