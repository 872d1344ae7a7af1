import { Failure, timeoutOf } from '../failure.js';
import type { Target } from '../target.js';
import { plain } from '../values.js';
import type { Answer, Client, ClientEvents } from './client.js';

/** The transport fails before the server has answered for the namespace. */
export class ConnectionError extends Error {}

/** The official clients of 2 and 4, as far as they are used here. */
interface OfficialSocket {
  readonly id?: string;
  readonly io: { readonly engine?: Engine };
  on(event: string, listener: (...args: never[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  disconnect(): unknown;
  /** In version 2: handles each received event. */
  onevent?(packet: Packet): void;
  /** In version 2: creates the function that acknowledges an event. */
  ack?(id: number): Answer;
}

interface Engine {
  readonly readyState: string;
  readonly transport: { readonly name: string };
  once(event: 'close', listener: () => void): unknown;
}

interface Packet {
  readonly id?: number;
  readonly data?: readonly unknown[];
}

type Connect = (url: string, options: object) => OfficialSocket;

const MODES = { upgrade: ['polling', 'websocket'], websocket: ['websocket'], polling: ['polling'] };

/** @throws ConnectionError when the transport fails, Failure when the namespace refuses */
export async function openOfficial(target: Target, events: ClientEvents): Promise<Client> {
  const isOld = Number(target.protocol) < 3;
  const connect = await load(isOld ? 'socket.io-client-2' : 'socket.io-client');
  const { origin, namespace, path, transport, headers, timeout, tls } = target;
  const options = {
    path,
    transports: MODES[transport],
    timeout,
    forceNew: true,
    reconnection: false,
    ...tls,
    ...(isOld
      ? {
          query: { ...target.query, ...asQuery(target.auth) },
          transportOptions: { polling: { extraHeaders: headers }, websocket: { extraHeaders: headers } },
        }
      : { query: target.query, auth: target.auth ?? {}, extraHeaders: headers }),
  };
  const socket = connect(origin + (namespace === '/' ? '' : namespace), options);
  const client = new OfficialClient(socket, target);
  listen(socket, events);
  await joined(socket, target);
  socket.on('disconnect', (reason: string) => {
    client.abandon(reason);
    events.close(reason);
  });
  return client;
}

/** Loads a client when it is needed. They have no types in common, because version 2 has no types. */
async function load(name: string): Promise<Connect> {
  return ((await import(name)) as { default: Connect }).default;
}

/** Clients before 3 have no place for `auth`: servers of that time look in the query. */
function asQuery(auth: Target['auth']): Record<string, string> {
  const entries = Object.entries(auth ?? {});
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

function listen(socket: OfficialSocket, events: ClientEvents): void {
  const handle = (args: readonly unknown[], answer?: Answer) => {
    const [name, ...rest] = args;
    events.event(String(name), rest, answer);
  };
  // Both versions pass every event through this method. `onAny` does not distinguish an acknowledgement from a function.
  socket.onevent = (packet) => handle(packet.data ?? [], packet.id == null ? undefined : socket.ack?.(packet.id));
}

function joined(socket: OfficialSocket, { origin, namespace, timeout }: Target): Promise<void> {
  const refused = (message: unknown, data?: unknown) => {
    const text = typeof message === 'string' ? plain(message) : 'no reason is given';
    return new Failure('refused', `${origin} refuses the namespace ${namespace}: ${text}.`, undefined, data);
  };
  let timer: NodeJS.Timeout | undefined;
  return new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      socket.disconnect();
      reject(error);
    };
    timer = setTimeout(() => fail(timeoutOf(origin, timeout)), timeout);
    socket.on('connect', () => resolve());
    socket.on('connect_error', (error: Error & { readonly data?: unknown; readonly type?: string }) => {
      // An error of the namespace has no type. `server error` is the engine's reason for a packet that it cannot read.
      const isTransport =
        error.type === 'TransportError' || /^(timeout|server error|xhr .*|websocket .*)$/.test(error.message);
      fail(isTransport ? new ConnectionError(error.message) : refused(error.message, error.data));
    });
    // Version 2 reports a refusal of the namespace with this event.
    socket.on('error', (what: unknown) => {
      if (what instanceof Error) fail(new ConnectionError(what.message));
      else if (typeof what === 'string') fail(refused(what));
      else fail(refused((what as { message?: unknown } | undefined)?.message, what));
    });
    socket.on('disconnect', (reason: string) => fail(new ConnectionError(reason)));
  }).finally(() => clearTimeout(timer));
}

class OfficialClient implements Client {
  readonly #socket: OfficialSocket;
  readonly #origin: string;
  readonly #waiting = new Set<(error: Failure) => void>();

  constructor(socket: OfficialSocket, { origin }: Target) {
    this.#socket = socket;
    this.#origin = origin;
  }

  get id(): string | undefined {
    return this.#socket.id;
  }

  get transport(): string {
    return this.#socket.io.engine?.transport.name ?? '';
  }

  send(event: string, args: readonly unknown[]): void {
    this.#socket.emit(event, ...args);
  }

  call(event: string, args: readonly unknown[], timeout: number): Promise<readonly unknown[]> {
    let timer: NodeJS.Timeout | undefined;
    let fail: (error: Failure) => void = () => {};
    return new Promise<readonly unknown[]>((resolve, reject) => {
      fail = reject;
      this.#waiting.add(fail);
      timer = setTimeout(() => reject(noAnswer(this.#origin, event, timeout)), timeout);
      this.#socket.emit(event, ...args, (...answer: unknown[]) => resolve(answer));
    }).finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(fail);
    });
  }

  /** Fails the calls that wait. */
  abandon(reason: string): void {
    for (const fail of this.#waiting) {
      fail(new Failure('disconnected', `${this.#origin} disconnected before the acknowledgement: ${reason}.`));
    }
  }

  async close(): Promise<void> {
    const { engine } = this.#socket.io;
    if (engine === undefined || engine.readyState === 'closed') return;
    // The engine sends what waits before it closes.
    const closed = new Promise<void>((resolve) => void engine.once('close', resolve));
    this.#socket.disconnect();
    await closed;
  }
}

export function noAnswer(origin: string, event: string, timeout: number): Failure {
  return new Failure(
    'timeout',
    `${origin} does not acknowledge ${event} within ${timeout} ms.`,
    'The handler may not answer: leave out --ack, or raise --timeout.',
  );
}
