import http from 'node:http';
import { listen } from '@sio/test-kit';
import Koa3 from 'koa';
import Koa2 from 'koa2';
import { onTestFinished } from 'vitest';
import type { SocketioMiddleware } from '../../src/index.js';

export * from '@sio/test-kit';

/** Both majors, under the types of the newer. */
export const majors = [
  ['Koa 3', Koa3],
  ['Koa 2', Koa2],
] as const;

/** Serves an app and ends its mounts with the test. */
export async function start(app: Koa3, ...mounts: SocketioMiddleware[]): Promise<string> {
  for (const mount of mounts) onTestFinished(() => mount.io.close());
  return await listen(http.createServer(app.callback()));
}

/** An external store for koa-session. */
export class MemoryStore {
  readonly sessions = new Map<string, Record<string, unknown>>();
  /** How often something was saved. */
  saves = 0;

  async get(key: string) {
    return this.sessions.get(key);
  }

  async set(key: string, session: Record<string, unknown>) {
    this.saves++;
    this.sessions.set(key, JSON.parse(JSON.stringify(session)));
  }

  async destroy(key: string) {
    this.sessions.delete(key);
  }
}
