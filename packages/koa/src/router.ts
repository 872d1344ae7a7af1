import type { Context } from 'koa';

/**
 * The request target below the mount. koa-mount removes its prefix; @koa/router does not. So if a route for the mount has
 * matched (`router.all('/api/socket.io/{*rest}', …)`), everything before the mount's path is prefix.
 */
export function urlBelow({ url, _matchedRoute: route }: Context, path: string): string {
  if (typeof route !== 'string' || !route.includes(path)) return url;
  const end = url.indexOf('?');
  const pathname = end === -1 ? url : url.slice(0, end);
  const at = `${pathname}/`.indexOf(`${path}/`);
  return at === -1 ? url : url.slice(at);
}
