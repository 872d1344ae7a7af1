import { finished } from 'node:stream/promises';
import type { Server as HapiServer, Request, ResponseToolkit } from '@hapi/hapi';
import { belowPrefix, HANDLED, type MountPoint, NEXT, type Peer, pathOf } from '@sio/core/mount';
import { answer } from './answer.js';
import { hasCors, setCorsHeaders } from './cors.js';
import type { SocketioOptions } from './options.js';

/** Bodies are read by the mount, whatever type and size they claim to have. */
const PAYLOAD = { parse: false, output: 'stream', maxBytes: Number.MAX_SAFE_INTEGER, timeout: false } as const;

/** What Hapi says where there is no route. */
const NOT_FOUND = { statusCode: 404, error: 'Not Found', message: 'Not Found' } as const;

/** Routes everything below the mount's path to it. */
export function addRoutes(mount: MountPoint, server: HapiServer, { route, peer = peerOf }: SocketioOptions): void {
  const { prefix = '' } = server.realm.modifiers.route;

  async function handler(request: Request, h: ResponseToolkit) {
    const { req, res } = request.raw;
    setCorsHeaders(request);
    const url = belowPrefix(targetOf(request), prefix);
    const visit = { req, res, url, originalUrl: req.url ?? '/', context: request, peer: () => peer(request) };
    const outcome = await mount.enter(visit);
    if (outcome === NEXT) return h.response(NOT_FOUND).code(404);
    if (outcome !== HANDLED) return answer(h, outcome);
    // Loggers look at the response when Hapi has done with a request. With a time limit, Hapi would answer a held poll itself.
    if (!request.route.settings.timeout?.server) await finished(res).catch(() => {});
    return h.abandon;
  }

  // By name as well: a route for GET, such as that of a folder of files, has precedence over one for every method, whatever
  // their paths; and once any route has `cors`, Hapi takes preflights away from routes for every method.
  const others = hasCors(route?.cors ?? server.settings.routes?.cors)
    ? (['POST', '*'] as const)
    : (['POST', '*', 'OPTIONS'] as const);
  for (const path of [mount.endpoint.path, `${mount.endpoint.path}/{rest*}`]) {
    server.route({ method: 'GET', path, handler, options: { ...route } });
    for (const method of others) server.route({ method, path, handler, options: { ...route, payload: PAYLOAD } });
  }
}

/** The request target, unless an extension has called `request.setUrl()`. */
function targetOf(request: Request): string {
  const target = request.raw.req.url ?? '/';
  const path = pathOf(target);
  // The router may have taken a slash off.
  const isAsked = path === request.path || path === `${request.path}/`;
  return isAsked ? target : `${request.path}${request.url.search}`;
}

/** Hapi itself trusts no proxy. */
function peerOf({ info, server }: Request): Peer {
  return { host: info.host, address: info.remoteAddress, secure: server.info.protocol === 'https' };
}
