import type { ConnectMiddleware, ServeApp } from '@sio/conformance/suites';
import { onTestFinished } from 'vitest';
import { socketio } from '../../src/index.js';
import type { Major } from './kit.js';

/** Apps for the suites about what is around them. Their server listens elsewhere, so that they have only borrowed it. */
export function serveWith({ fastify, load }: Major): ServeApp {
  return async ({ namespaces, prefix, trusting, lodger, options }) => {
    const app = fastify({ trustProxy: trusting && '127.0.0.1' });
    onTestFinished(() => app.close());
    const addLodger = async () => {
      if (lodger === undefined) return;
      const middleware = await lodger.moveIn(app.server);
      await app.register(load('middie'));
      (app as unknown as { use(fn: ConnectMiddleware): void }).use(middleware);
    };
    if (lodger?.order === 'before') await addLodger();
    await app.register(socketio(namespaces, options), { prefix });
    if (lodger?.order === 'after') await addLodger();
    await app.ready();
    return app.server;
  };
}
