import type { Server, Socket } from '@sio/core';
import type { ClientKind } from '@sio/test-kit';
import type { Failure } from './failures.js';
import type { Harness, Setting } from './harness.js';

/** The message to a client: its own words for a refusal, an acknowledgement, or that it noticed nothing. */
export type Told = unknown;

/** A place where code of the application runs. */
export interface FailurePoint {
  readonly name: string;
  /** Whether the code gets a callback to call. */
  readonly callback?: boolean;
  /** Whether the code's result is ignored, so that it fails at once or not at all. */
  readonly synchronous?: boolean;
  /** A server on which the code fails, the main namespace apart, where somebody goes on as if nothing had happened. */
  setting(fail: Failure['fail']): Setting;
  /** Makes the code run, and gives what the client was told. */
  play(harness: Harness, kind: ClientKind): Promise<Told>;
  /** The expected message. */
  told(failure: Failure, kind: ClientKind): Told;
  /** How often the operator is told for each client. @default once when it fails */
  reports?(failure: Failure, kind: ClientKind): number;
}

/** Sockets of `/bad` answer `echo`, in the function style. @param each is called with each of them. */
export function answerEcho(io: Server, each?: (socket: Socket, io: Server) => void): void {
  io.of('/bad').on('connection', (socket: Socket) => {
    socket.on('echo', (value: unknown, ack: (value: unknown) => void) => ack(value));
    each?.(socket, io);
  });
}

export const INTERNAL = [{ error: { name: 'internal_error', message: 'Internal error' } }];
export const REFUSED = 'refused: Internal error';
export const FINE = 'goes on';
export const WAITS = 'neither let in nor refused';
export const NO_ANSWER = 'no answer';

/** Joins `namespace` and says how that went, or that nothing was decided while others were served; then leaves. */
export async function join(
  harness: Harness,
  kind: ClientKind,
  namespace = '/bad',
  options: object = {},
): Promise<Told> {
  if (harness.failure.outcome !== 'undecided') return entered(harness, kind, namespace, options);
  const { called } = harness;
  return Promise.race([entered(harness, kind, namespace, options), nothing(harness, called)]);
}

/** Joins `namespace`, says how that went, and leaves. */
export async function entered(
  harness: Harness,
  kind: ClientKind,
  namespace = '/bad',
  options: object = {},
): Promise<Told> {
  const client = harness.client(kind, namespace, options);
  const { events, read } = kind.generation.refusal;
  const verdict = new Promise<Told>((resolve) => {
    client.socket.on('connect', () => resolve(FINE));
    const refused = (...args: unknown[]) => resolve(`refused: ${read(...args).message}`);
    for (const event of events) client.socket.on(event, refused);
    harness.closers.push(() => {
      client.close();
      resolve(WAITS);
    });
  });
  const told = await verdict;
  client.close();
  return told;
}

/** A decision still missing after other clients have been served twice never comes. */
async function nothing(harness: Harness, called: Promise<void>): Promise<Told> {
  await called;
  await harness.othersGoOn();
  await harness.othersGoOn();
  for (const close of harness.closers.splice(0)) close();
  return WAITS;
}

/** Joins `namespace`, sends it an event that asks for an acknowledgement, and gives what came back. */
export async function ask(harness: Harness, kind: ClientKind, event = 'attack', namespace = '/bad'): Promise<Told> {
  const client = await harness.client(kind, namespace).connected();
  const answer = await harness.answerOf(client, event, 'x');
  client.close();
  return answer;
}

/** Joins `namespace`, is served there, and leaves. */
export async function visit(harness: Harness, kind: ClientKind, namespace = '/bad'): Promise<Told> {
  const client = await harness.client(kind, namespace).connected();
  await client.ask('echo', 1);
  client.close();
  await harness.emptied();
  return FINE;
}

export const byOutcome =
  (failed: Told, undecided: Told, done = undecided) =>
  ({ outcome }: Failure): Told =>
    ({ failed, undecided, done })[outcome];

/** Whether the failure happens before the call returns. */
export function isSynchronous({ fail }: Failure): boolean {
  try {
    const result = fail();
    if (result instanceof Promise) result.catch(() => {});
    return false;
  } catch {
    return true;
  }
}

/** Plays where a failure is printed, since there is no other listener. */
export async function quietly(play: () => Promise<unknown>): Promise<unknown> {
  const { error } = console;
  console.error = () => {};
  try {
    return await play();
  } finally {
    console.error = error;
  }
}
