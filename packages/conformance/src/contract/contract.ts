import { type ClientKind, client48, everyProtocolVersion, failOnStrayErrors, type Mode, modes } from '@sio/test-kit';
import { describe, it } from 'vitest';
import { appCases, bodyCases } from './cases/app.js';
import { conversationCases } from './cases/conversation.js';
import { directCases, directRequestCases, directSessionCases } from './cases/direct.js';
import { entranceCases } from './cases/entrance.js';
import { guardCases, guardedRequestCases } from './cases/guard.js';
import { lifeCases } from './cases/life.js';
import { sessionCases, sessionRequestCases } from './cases/session.js';
import { Harness } from './harness.js';
import type { SessionAccess, StartServer } from './setup.js';

/** Cases played with every client over every transport. */
const clientCases = {
  ...entranceCases,
  ...conversationCases,
  ...lifeCases,
  ...guardCases,
  ...sessionCases,
  ...directCases,
  ...directSessionCases,
  ...appCases,
};
/** Cases about single requests, which need no client more than one. */
const frameworkCases = { ...guardedRequestCases, ...sessionRequestCases, ...directRequestCases, ...bodyCases };

/** The title of a case. */
export type CaseName = keyof typeof clientCases | keyof typeof frameworkCases;

/** A case plays on its harness and throws when the contract is broken. */
export type Case = (harness: Harness) => Promise<void>;

export interface ContractOptions<Request> {
  /** The framework, with its version. */
  readonly name: string;
  /** Whether `this.request` is what the framework's own handlers get. */
  readonly isRequest: (request: Request) => boolean;
  /** Absent: the framework has no session, and the cases about it must be named in `optOut`. */
  readonly session?: SessionAccess<Request>;
  /** Releases of the official client. @default one of each protocol version: 4.x, 2.x, 0.9 */
  readonly clients?: readonly ClientKind[];
  /** Cases that cannot hold for this framework, with the reason. */
  readonly optOut?: { readonly [name in CaseName]?: string };
}

/**
 * Declares the tests of the contract that every adapter keeps.
 *
 * @example
 * contract(startServer, { name: 'Express 5', isRequest: (request: Request) => request.app !== undefined });
 */
export function contract<Request>(start: StartServer, options: ContractOptions<Request>): void {
  const { name, clients = everyProtocolVersion } = options;
  const framework = { isRequest: options.isRequest as (request: unknown) => boolean, session: options.session };
  describe(name, () => {
    failOnStrayErrors();
    for (const mode of Object.keys(modes) as Mode[]) {
      for (const kind of clients.filter(({ generation }) => generation.modes.includes(mode))) {
        describe(`client ${kind.name} over ${mode}`, () =>
          declare(clientCases, options, new Harness(start, framework, kind, mode)));
      }
      describe(`over ${mode}`, () =>
        declare(frameworkCases, options, new Harness(start, framework, clients[0] ?? client48, mode)));
    }
  });
}

function declare(cases: Readonly<Record<string, Case>>, options: ContractOptions<never>, harness: Harness): void {
  const reasons = new Map(Object.entries({ ...harness.kind.generation.optOut, ...options.optOut }));
  for (const [title, play] of Object.entries(cases)) {
    const reason = reasons.get(title);
    if (reason === undefined) it(title, () => play(harness));
    else it.skip(`${title} (${reason})`);
  }
}
