import {
  type ErrorContext,
  type NamespaceProvider,
  type Namespaces,
  type Server,
  type ServerOptions,
  socketio,
} from '@sio/core';
import { connectInMemory } from '@sio/core/memory';
import { ServerLink, TestClient } from './client.js';
import type { ConnectRefused } from './errors.js';
import { Inbox } from './inbox.js';
import { LeakError, leaksOf, TimerWatch } from './leaks.js';
import { type ConnectOptions, originOf } from './request.js';
import type { NamespaceClass } from './types.js';

/** An error of the application's code that the server reported. */
export interface ReportedError {
  /** The value that was thrown. */
  readonly error: unknown;
  /** The namespace, event and phase in which it was thrown. */
  readonly context: ErrorContext;
}

type Served = NamespaceClass | NamespaceProvider;
type ClassOf<Entry> = Entry extends { readonly class: infer Class extends NamespaceClass }
  ? Class
  : Entry extends NamespaceClass
    ? Entry
    : NamespaceClass;

/** A server without a network, for clients of this process. */
export class TestServer<Classes extends Readonly<Record<string, Served>> = Readonly<Record<string, NamespaceClass>>> {
  /** The real server. */
  readonly io: Server;
  /** All reported errors, including refusals. Unless you pass an `errorHandler`, they are not reported anywhere else. */
  readonly errors: ReportedError[] = [];
  readonly #timers = new TimerWatch();
  readonly #clients = new Set<TestClient>();

  /** @internal Made by `createTestServer`. */
  constructor(namespaces: Classes, options: ServerOptions) {
    const errorHandler = (error: unknown, context: ErrorContext) => {
      this.errors.push({ error, context });
      options.errorHandler?.(error, context);
    };
    // Abstract classes are allowed in types here, and refused at run time by the server.
    this.io = socketio(namespaces as unknown as Namespaces, { ...options, errorHandler }).io;
  }

  /**
   * Connects a client to a namespace. Resolves when the server has accepted it.
   * @throws ConnectRefused (as rejection) when the server refuses it.
   */
  connect<Name extends keyof Classes & string>(
    namespace: Name,
    options?: ConnectOptions<ClassOf<Classes[Name]>>,
  ): Promise<TestClient<ClassOf<Classes[Name]>>>;
  connect<Class extends NamespaceClass>(namespace: string, options?: ConnectOptions<Class>): Promise<TestClient<Class>>;
  async connect(namespace: string, options: ConnectOptions = {}): Promise<TestClient> {
    const { auth = {}, generation = 'eio4' } = options;
    const older = generation !== 'eio4';
    const query = older ? new URLSearchParams(textOf(auth)).toString() : '';
    let entered: (error: ConnectRefused | undefined) => void = () => {};
    const answer = new Promise<ConnectRefused | undefined>((resolve) => {
      entered = resolve;
    });
    const line = new ServerLink(namespace, (error) => entered(error));
    const connection = { generation, origin: originOf(options, query), auth: older ? textOf(auth) : auth };
    const link = this.#timers.note(() => connectInMemory(this.io, connection, line));
    const client = new TestClient(namespace, link, new Inbox());
    line.client = client;
    link.join(namespace, auth);
    const refusal = await answer;
    if (refusal !== undefined) {
      await client.drop();
      throw refusal;
    }
    this.#clients.add(client);
    return client;
  }

  /**
   * Disconnects all clients, then asserts that they left nothing behind: no socket, room, task of `spawn`, or timer
   * that an event or hook started. It finds timers with the real clock only.
   * @throws LeakError (as rejection) that lists what is left, with the place in the code where each timer was started.
   */
  async assertNoLeaks(): Promise<void> {
    await this.disconnectAll();
    const leaks = leaksOf(this.io, this.#timers);
    if (leaks.length > 0) throw new LeakError(leaks);
  }

  /** Disconnects every client. Resolves when the server has handled it. */
  async disconnectAll(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.disconnect()));
    this.#clients.clear();
  }

  /** Closes the server and disconnects its clients, as a shutdown in production does. */
  close(): Promise<void> {
    return this.io.close();
  }

  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function textOf(auth: Readonly<Record<string, unknown>>): Record<string, string> {
  const given = Object.entries(auth).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

/**
 * Creates a server without a network. It takes class namespaces and options as `socketio` does.
 * @throws ClassError, OptionError for invalid classes or options.
 */
export function createTestServer<const Classes extends Readonly<Record<string, Served>>>(
  namespaces: Classes,
  options: ServerOptions = {},
): TestServer<Classes> {
  return new TestServer(namespaces, options);
}

/** A client, with the server that `connect()` created for it. */
export type ConnectedClient<Class extends NamespaceClass> = TestClient<Class> & {
  /** The server. Connect more clients to it with `server.connect('/')`. */
  readonly server: TestServer<{ readonly '/': Class }>;
};

/**
 * Connects a client to a class on a new server, where the class serves the namespace `/`.
 * @throws ConnectRefused (as rejection) when the server refuses it.
 * @example
 * const ada = await connect(Chat, { auth: { name: 'Ada' } });
 * expect(await ada.call('say', 'hello')).toEqual({ delivered: true });
 */
export async function connect<Class extends NamespaceClass>(
  entry: Class | (NamespaceProvider & { readonly class: Class }),
  options?: ConnectOptions<Class>,
): Promise<ConnectedClient<Class>> {
  const server = createTestServer({ '/': entry });
  const client = await server.connect<Class>('/', options);
  // `connect` returns the client without the server.
  return Object.assign(client, { server }) as unknown as ConnectedClient<Class>;
}
