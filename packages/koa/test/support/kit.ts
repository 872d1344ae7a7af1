import Koa3 from 'koa';
import Koa2 from 'koa2';

export * from '@sio/test-kit';

/** Both majors, under the types of the newer. */
export const majors = [
  ['Koa 3', Koa3],
  ['Koa 2', Koa2],
] as const;

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
