import type { MountPoint } from '@sio/core/mount';
import type { Context } from 'koa';

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
export function lookForTwin(middleware: object, mount: MountPoint, { app }: Context): void {
  const place = app.middleware.indexOf(middleware as never);
  const behind = place === -1 ? [] : app.middleware.slice(place + 1);
  if (behind.some((each) => mounts.get(each)?.endpoint.path === mount.endpoint.path)) mount.coversAnother();
}
