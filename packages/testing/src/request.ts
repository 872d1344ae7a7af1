import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Origin, ProtocolVersion } from '@sio/core/memory';
import type { NamespaceClass } from './types.js';

type RequestOf<Class> = Class extends abstract new (
  ...args: never[]
) => { readonly request: infer Request }
  ? Request
  : object;

/** Options of a client: its request, session and credentials. */
export interface ConnectOptions<Class extends NamespaceClass = NamespaceClass> {
  /**
   * The namespace's `this.request`: those members of the framework's request that the class uses. Its `headers` and `url` are
   * also those of the handshake.
   * @default an empty request
   */
  readonly request?: Partial<RequestOf<Class>> & object;
  /**
   * The login session, which the class finds as `this.request.session`. It gets the methods of express-session, `id`, `reload`, `save`,
   * `touch`, `regenerate` and `destroy`, so that `withSession` of `@sio/express` works with it.
   * @default none
   */
  readonly session?: object;
  /** The client's credentials. Clients before Socket.IO 3 send them in the query, so that their values arrive as text. @default {} */
  readonly auth?: Readonly<Record<string, unknown>>;
  /** The protocol version of the client. @default 'eio4' */
  readonly generation?: ProtocolVersion;
  /** The IP address of the client. @default '127.0.0.1' */
  readonly address?: string;
}

const HEADERS = { host: 'localhost', 'user-agent': '@sio/testing' };

/** Creates the request of a client. */
export function originOf(options: ConnectOptions, query: string): Origin {
  const { request = {}, session, address = '127.0.0.1' } = options;
  const { headers, url } = request as { headers?: object; url?: string };
  const req = new IncomingMessage(new Socket());
  req.method = 'GET';
  req.url = url ?? `/socket.io/?transport=websocket${query === '' ? '' : `&${query}`}`;
  req.headers = { ...HEADERS, ...headers };
  const context = options.request === undefined ? req : request;
  if (session !== undefined) Object.defineProperty(context, 'session', { value: sessionOn(context, session), ...OPEN });
  return { req, context, peer: { host: req.headers.host, address, secure: false } };
}

const OPEN = { writable: true, configurable: true, enumerable: true };

type Done = ((error?: unknown) => void) | undefined;

/** Adds the methods of express-session to the session, as properties that are not enumerable. */
function sessionOn(context: object, session: object): object {
  const done = (callback: Done) => callback?.();
  const methods = {
    id: 'test-session',
    reload: done,
    save: done,
    touch: () => session,
    regenerate: done,
    destroy(callback: Done) {
      Reflect.deleteProperty(context, 'session');
      callback?.();
    },
  };
  for (const [name, value] of Object.entries(methods)) {
    if (!(name in session)) Object.defineProperty(session, name, { value, writable: true, configurable: true });
  }
  return session;
}
