import type { Request, RouteOptionsCors } from '@hapi/hapi';

/** Whether Hapi answers preflights for a route, and sets the CORS headers of its answers. */
export function hasCors(cors: RouteOptionsCors | boolean | undefined): boolean {
  return cors !== undefined && cors !== false;
}

/**
 * Puts the headers of the route option `cors` on Node's response. Hapi does so with its own answers alone, and polls are not
 * answered by it. Where they are, the option `cors` of the Socket.IO server adds nothing.
 */
export function setCorsHeaders({ route, info, raw: { req, res } }: Request): void {
  const cors = route.settings.cors as RouteOptionsCors | undefined;
  if (!hasCors(cors) || !info.cors?.isOriginMatch) return;
  const { origin, credentials, exposedHeaders = [], additionalExposedHeaders = [] } = cors!;
  const anyOrigin = origin === 'ignore';
  const allowed = anyOrigin ? '*' : req.headers.origin;
  if (allowed === undefined) return;
  res.setHeader('access-control-allow-origin', allowed);
  if (!anyOrigin) res.setHeader('vary', 'origin');
  if (credentials) res.setHeader('access-control-allow-credentials', 'true');
  const exposed = [...exposedHeaders, ...additionalExposedHeaders].join(',');
  if (exposed !== '') res.setHeader('access-control-expose-headers', exposed);
}
