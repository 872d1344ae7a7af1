import type { Adapter } from 'socket.io-adapter';
import { containRejection } from '../../internal/lazy-emitter.js';
import type { Hub } from './hub.js';

/** What an adapter gives back where nobody waits for it: with a broker behind it, a promise that may come to nothing. */
export function settle({ nsp }: Adapter, result: unknown): void {
  if (result === undefined) return;
  const { server, name } = nsp as Hub;
  containRejection(result, (error) => server.report(error, { phase: 'adapter', namespace: name }));
}
