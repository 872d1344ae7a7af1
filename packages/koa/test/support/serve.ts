import http from 'node:http';
import type { ConnectMiddleware, ServeApp } from '@sio/conformance/suites';
import type { Middleware } from 'koa';
import mount from 'koa-mount';
import { onTestFinished } from 'vitest';
import { socketio } from '../../src/index.js';
import type { majors } from './kit.js';

/** Starts apps for the shared suites. */
export function serveAppOn(App: (typeof majors)[number][1]): ServeApp {
  return async ({ namespaces, prefix, trusting, lodger, options, hops = 0 }) => {
    const app = new App();
    const server = http.createServer();
    app.proxy = trusting;
    app.maxIpsCount = hops;
    const chat = socketio(namespaces, options);
    onTestFinished(() => chat.io.close());
    const middleware = await lodger?.moveIn(server);
    if (middleware !== undefined && lodger?.order === 'before') app.use(passThrough(middleware));
    app.use(mount(prefix || '/', chat));
    if (middleware !== undefined && lodger?.order === 'after') app.use(passThrough(middleware));
    return server.on('request', app.callback());
  };
}

/** Asks a middleware, and goes on if it has not answered. */
function passThrough(middleware: ConnectMiddleware): Middleware {
  return async (ctx, next) => {
    const { req, res } = ctx;
    ctx.respond = false;
    const passed = await new Promise<boolean>((resolve) => {
      res.once('close', () => resolve(false));
      res.statusCode = 200;
      middleware(req, res, () => resolve(true));
    });
    if (!passed) return;
    res.statusCode = 404;
    delete ctx.respond;
    await next();
  };
}
