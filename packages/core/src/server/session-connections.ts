import { Adapter } from 'socket.io-adapter';
import { settle } from '../namespace/adapter-result.js';
import type { Client } from '../namespace/client.js';
import type { Hub } from '../namespace/hub.js';
import type { Engine } from '../virtual-socket/engine.js';

/** Tells the id of the login session that a request belongs to, if any. */
export type SessionIdOf<Request> = (request: Request) => string | undefined;

/** As servers tell it to each other. */
const ENDED = 'sio:session ended';

/** express-session's and @fastify/session's way, which is also that of `io.engine.use(session(…))`. */
export function usualSessionId(request: { sessionID?: unknown } | null | undefined): string | undefined {
  return typeof request?.sessionID === 'string' ? request.sessionID : undefined;
}

/** Closes the connections of one login session here. @returns how many there were */
export function endHere(engine: Engine | undefined, sessionIdOf: SessionIdOf<never>, id: string): number {
  let ended = 0;
  for (const conn of [...(engine?.clients.values() ?? [])]) {
    if (conn.readyState === 'closed' || idOf(sessionIdOf, conn.context) !== id) continue;
    (conn.receiver as Client).disconnect();
    ended++;
  }
  return ended;
}

/** A session that is gone may have nothing to tell its id by. */
function idOf(sessionIdOf: SessionIdOf<never>, context: unknown): string | undefined {
  try {
    return sessionIdOf(context as never);
  } catch {
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
