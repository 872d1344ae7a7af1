import { Failure } from '../failure.js';
import type { Protocol, Target } from '../target.js';
import { plain } from '../values.js';
import { type Answer, ask, queryOf } from './http.js';

/** Versions of Engine.IO. Requests have the number in their query. */
export type EngineVersion = '3' | '4';

/** The first packet of a session. */
export interface Session {
  readonly sid: string;
  readonly upgrades: readonly string[];
  readonly pingInterval: number;
  readonly pingTimeout: number;
  readonly maxPayload?: number;
}

export const engineOf = (protocol: Exclude<Protocol, '0.9'>): EngineVersion => (Number(protocol) < 3 ? '3' : '4');

/** The path and query of a request of Engine.IO. */
export function enginePath(target: Target, EIO: EngineVersion, more: Readonly<Record<string, string>>): string {
  return `${target.path}?${queryOf(target, { EIO, ...more })}`;
}

/** The path and query of the handshake of 0.9. */
export function legacyPath(target: Target): string {
  return `${target.path}1/?${queryOf(target, { t: String(Date.now()) })}`;
}

/** The session that an answer opens, if it opens one. */
export function sessionOf({ status, body }: Answer): Session | undefined {
  // Packets of version 4 are separated by U+001E; those of version 3 have their length in front.
  const json = /^(?:\d+:)?0(\{.*?\})(?:\d+:.*)?$/s.exec(body.split('\u001e', 1)[0] ?? '')?.[1];
  if (status !== 200 || json === undefined) return undefined;
  try {
    return JSON.parse(json) as Session;
  } catch {
    return undefined;
  }
}

/** The error of Engine.IO in an answer, if there is one. */
export function engineErrorOf({ status, body }: Answer): { code: number; message: string } | undefined {
  if (status < 400) return undefined;
  try {
    const { code, message } = JSON.parse(body) as { code?: unknown; message?: unknown };
    if (typeof code === 'number') return { code, message: plain(String(message)) };
  } catch {}
  return undefined;
}

/** The lifetime and the transports that a server of 0.9 grants. */
export function legacySessionOf({ status, body }: Answer): { sid: string; transports: string[] } | undefined {
  const [, sid, transports] = /^([^:\s]+):\d*:\d*:([a-z,-]+)\s*$/.exec(body) ?? [];
  return status === 200 && sid !== undefined ? { sid, transports: transports?.split(',') ?? [] } : undefined;
}

/** Sends the handshake of polling for the target's version. */
export function handshake(target: Target): Promise<Answer> {
  const { protocol } = target;
  return ask(
    target,
    protocol === '0.9' ? legacyPath(target) : enginePath(target, engineOf(protocol), { transport: 'polling' }),
  );
}

/**
 * Finds out why a client cannot connect, from the server's answer to a polling handshake.
 *
 * @returns undefined when it answers as it should
 */
export async function diagnose(target: Target): Promise<Failure | undefined> {
  try {
    const answer = await handshake(target);
    return failureOfAnswer(target, answer);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

export function failureOfAnswer(target: Target, answer: Answer): Failure | undefined {
  const { origin, path, protocol } = target;
  if (sessionOf(answer) ?? legacySessionOf(answer)) return undefined;
  const error = engineErrorOf(answer);
  if (error !== undefined) return failureOfEngine(target, error);
  const { status, body } = answer;
  const url = origin + path;
  const text = plain(body.trim().slice(0, 100));
  if (protocol === '0.9' && /^handshake (unauthorized|bad origin|error)$/.test(text)) {
    if (text.endsWith('origin')) return originFailure(target);
    return new Failure('refused', `${url} refuses the handshake: ${text}.`);
  }
  if (status === 404 || status === 405) {
    return new Failure(
      'wrong_path',
      `${url} answers with HTTP ${status}: no Socket.IO endpoint is at this path.`,
      PATH,
    );
  }
  if (status === 401 || status === 403) {
    if ('Origin' in target.headers) return originFailure(target);
    return new Failure(
      'refused',
      `${url} refuses the handshake with HTTP ${status}.`,
      'Send credentials with --header or --auth.',
    );
  }
  if (status >= 300 && status < 400) {
    const to = plain(String(answer.headers.location));
    return new Failure('not_socket_io', `${url} redirects to ${to}.`, 'Clients do not follow redirects: use that URL.');
  }
  if (status >= 500) {
    return new Failure(
      'refused',
      `${url} answers with HTTP ${status}.`,
      'Check the server behind the proxy, and its log.',
    );
  }
  return new Failure(
    'not_socket_io',
    `${url} is not a Socket.IO server: it answers with HTTP ${status} and other content.`,
    PATH,
  );
}

const PATH = 'Check the port, and give the path with --path if it is not /socket.io/.';

function failureOfEngine(target: Target, { code, message }: { code: number; message: string }): Failure | undefined {
  const url = target.origin + target.path;
  if (code === 5) {
    return new Failure(
      'unsupported_version',
      `${url} does not serve clients of version ${target.protocol}.`,
      'Try another --protocol, or let the server take older clients (allowEIO3: true in socket.io).',
    );
  }
  if (code === 0) {
    if (target.protocol === '0.9') {
      return new Failure(
        'unsupported_version',
        `${url} does not serve clients of version 0.9.`,
        'Try another --protocol.',
      );
    }
    // Polling is off, and is not asked for.
    if (target.transport === 'websocket') return undefined;
    return new Failure('unsupported_transport', `${url} does not serve polling.`, 'Use --transport websocket.');
  }
  if (code === 4 || code === 3) {
    if ('Origin' in target.headers) return originFailure(target);
    return new Failure(
      'refused',
      `${url} refuses the handshake: ${message}.`,
      'It may need credentials or an --origin.',
    );
  }
  return new Failure('refused', `${url} refuses the handshake: ${message} (code ${code}).`);
}

function originFailure({ origin, path, headers }: Target): Failure {
  return new Failure(
    'forbidden_origin',
    `${origin}${path} refuses requests of the origin ${headers.Origin}.`,
    'Add it to the allowed origins of the server, or give another --origin.',
  );
}
