import type { Adapter } from 'socket.io-adapter';
import { containRejection } from '../../internal/events/lazy-emitter.js';
import type { HubLike } from '../contracts.js';

/** Reports the rejection of a promise that an adapter returns where no caller waits for it. */
export function settle({ nsp }: Adapter, result: unknown): void {
  if (result === undefined) return;
  const { server, name } = nsp as HubLike;
  containRejection(result, (error) => server.report(error, { phase: 'adapter', namespace: name }));
}
