import type { ServeApp } from '@sio/conformance/suites';
import { onTestFinished } from 'vitest';
import { socketio } from '../../src/index.js';
import type { Major } from './start.js';

/** Apps for the suites about what is around them. Their server listens elsewhere, so that they have only borrowed it. */
export function serveWith({ fastify, load }: Major): ServeApp {
  return async ({ namespaces, prefix, trusting, vite }) => {
    const app = fastify({ trustProxy: trusting });
    onTestFinished(() => app.close());
    const addVite = async () => {
      if (vite === undefined) return;
      const { middlewares } = await vite.create(app.server);
      await app.register(load('middie'));
      (app as unknown as { use(middleware: unknown): void }).use(middlewares);
    };
    if (vite?.order === 'before') await addVite();
    await app.register(socketio(namespaces), { prefix });
    if (vite?.order === 'after') await addVite();
    await app.ready();
    return app.server;
  };
}
