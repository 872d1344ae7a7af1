import { type MountPoint, pathOf } from '@sio/core/mount';
import type { Request } from 'express';

/** A place in a router's list. Express has no types for it. */
interface Layer {
  readonly handle: unknown;
  match(path: string): boolean;
}

interface Stack {
  readonly stack: readonly Layer[];
}

/** Mounts that no request has come to so far. */
export const unseen = new WeakSet<MountPoint>();
const mounts = new WeakMap<object, MountPoint>();

/** Remembers whose middleware it is. */
export function noteMount<Middleware extends object>(middleware: Middleware, mount: MountPoint): Middleware {
  unseen.add(mount);
  mounts.set(middleware, mount);
  return middleware;
}

/** Looks, at a mount's first request, for another mount behind it that would take the same requests. */
export function lookForTwin(middleware: object, mount: MountPoint, req: Request): void {
  // Express 4 has the router under the first name, Express 5 under the second.
  const app = req.app as unknown as { readonly _router?: Stack; readonly router?: Stack };
  const { stack } = app._router ?? app.router ?? { stack: [] };
  const place = stack.findIndex(({ handle }) => handle === middleware);
  if (place === -1) return;
  const path = pathOf(req.originalUrl);
  const isTwin = (layer: Layer) =>
    mounts.get(layer.handle as object)?.endpoint.path === mount.endpoint.path && layer.match(path);
  if (stack.slice(place + 1).some(isTwin)) mount.coversAnother();
}
