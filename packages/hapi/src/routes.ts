import type { ServerResponse } from 'node:http';
import type { Server as HapiServer, Lifecycle, Request, ResponseToolkit, RouteOptions } from '@hapi/hapi';
import { belowPrefix, type MountPoint, PASS, type Peer, pathOf, TAKEN } from '@sio/core/mount';
import { answer } from './answer.js';
import { hasCors, setCorsHeaders } from './cors.js';

/** How an app wants the mount's routes. */
export interface RouteSettings {
  readonly route?: Omit<RouteOptions, 'payload' | 'handler'> | undefined;
  readonly peer?: ((request: Request) => Peer) | undefined;
}

/** Bodies are read by the mount, whatever type and size they claim to have. */
const PAYLOAD = { parse: false, output: 'stream', maxBytes: Number.MAX_SAFE_INTEGER, timeout: false } as const;

/** What Hapi says where there is no route. */
const NOT_FOUND = { statusCode: 404, error: 'Not Found', message: 'Not Found' } as const;

/** Routes everything below the mount's path to it. */
export function addRoutes(mount: MountPoint, server: HapiServer, { route, peer = peerOf }: RouteSettings): void {
  const { path } = mount.endpoint;
  const { prefix = '' } = server.realm.modifiers.route;
  const handler = (request: Request, h: ResponseToolkit) => enter(mount, prefix, peer, request, h);
  // By name as well: a route for GET, such as that of a folder of files, has precedence over one for every method, whatever
  // their paths; and once any route has `cors`, Hapi takes preflights away from routes for every method.
  const others = hasCors(route?.cors ?? server.settings.routes?.cors) ? ['POST', '*'] : ['POST', '*', 'OPTIONS'];
  for (const below of [path, `${path}/{rest*}`]) {
    server.route({ method: 'GET', path: below, handler, options: { ...route } });
    server.route({ method: others as unknown as '*', path: below, handler, options: { ...route, payload: PAYLOAD } });
  }
}

async function enter(
  mount: MountPoint,
  prefix: string,
  peer: (request: Request) => Peer,
  request: Request,
  h: ResponseToolkit,
): Promise<Lifecycle.ReturnValue> {
  const { req, res } = request.raw;
  setCorsHeaders(request);
  const outcome = await mount.enter({
    req,
    res,
    url: belowPrefix(targetOf(request), prefix),
    originalUrl: req.url ?? '/',
    context: request,
    peer: () => peer(request),
  });
  if (outcome === PASS) return h.response(NOT_FOUND).code(404);
  if (outcome !== TAKEN) return answer(h, outcome);
  // Loggers look at the response when Hapi has done with a request. With a time limit, Hapi would answer a held poll itself.
  if (!request.route.settings.timeout?.server && !res.writableEnded) await closed(res);
  return h.abandon;
}

function closed(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    res.once('finish', resolve).once('close', resolve);
  });
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
