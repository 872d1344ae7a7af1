import { Adapter } from 'socket.io-adapter';
import { containRejection } from '../internal/lazy-emitter.js';
import type { Client } from '../namespace/client.js';
import { settle } from '../namespace/hub/adapter-result.js';
import type { Hub } from '../namespace/hub/hub.js';
import type { Engine } from '../virtual-socket/engine.js';

/** Tells the id of the login session that a request belongs to, if any. */
export type SessionIdOf<Request> = (request: Request) => string | undefined;

/** As servers tell it to each other. */
const ENDED = 'sio:session ended';

/** express-session's and @fastify/session's way, which is also that of `io.engine.use(session(…))`. */
export function usualSessionId(request: { sessionID?: unknown } | null | undefined): string | undefined {
  return typeof request?.sessionID === 'string' ? request.sessionID : undefined;
}

/**
 * Closes the connections of one login session here.
 * @param report gets the first failure of `sessionIdOf`: of a thousand connections it would hear the same a thousand times.
 * @returns how many there were
 */
export function endHere(
  engine: Engine | undefined,
  sessionIdOf: SessionIdOf<never>,
  id: string,
  report: (error: unknown) => void,
): number {
  let ended = 0;
  let reported = false;
  const failed = (error: unknown) => {
    if (!reported) report(error);
    reported = true;
  };
  for (const conn of [...(engine?.clients.values() ?? [])]) {
    if (conn.readyState === 'closed' || idOf(sessionIdOf, conn.context, failed) !== id) continue;
    (conn.receiver as Client).disconnect();
    ended++;
  }
  return ended;
}

function idOf(sessionIdOf: SessionIdOf<never>, context: unknown, failed: (error: unknown) => void): string | undefined {
  // It may have been let go of.
  if (context === null) return undefined;
  try {
    const id = sessionIdOf(context as never);
    // One that is asynchronous tells nothing, and must not end the process either.
    containRejection(id, failed);
    return id;
  } catch (error) {
    failed(error);
    return undefined;
  }
}

/** Tells the other servers, if the adapter reaches any. */
export function endElsewhere({ adapter }: Hub, id: string): void {
  if (adapter.serverSideEmit !== Adapter.prototype.serverSideEmit) settle(adapter, adapter.serverSideEmit([ENDED, id]));
}

/** Hears of sessions that other servers say have ended. */
export function onEndedElsewhere(hub: Hub, end: (id: string) => void): void {
  hub._fromServers.set(ENDED, (id) => void (typeof id === 'string' && end(id)));
}
