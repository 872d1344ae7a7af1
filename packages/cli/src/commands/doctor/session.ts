import { Failure } from '../../failure.js';
import type { Target } from '../../target.js';
import {
  type EngineVersion,
  engineErrorOf,
  enginePath,
  failureOfAnswer,
  type Session,
  sessionOf,
} from '../../wire/handshake.js';
import { type Answer, ask } from '../../wire/http.js';

/** A polling session with a new connection for each request, so that a load balancer chooses a server each time. */
export class PollingSession {
  readonly session: Session;
  readonly #target: Target;
  readonly #engine: EngineVersion;
  /** The cookies that a browser would send back. */
  readonly cookies: string;

  private constructor(target: Target, engine: EngineVersion, session: Session, cookies: string) {
    this.#target = target;
    this.#engine = engine;
    this.session = session;
    this.cookies = cookies;
  }

  /** @throws Failure */
  static async open(target: Target, engine: EngineVersion): Promise<PollingSession> {
    const answer = await ask(target, enginePath(target, engine, { transport: 'polling' }));
    const session = sessionOf(answer);
    if (session !== undefined) return new PollingSession(target, engine, session, cookiesOf(answer));
    throw failureOfAnswer(target, answer) ?? new Failure('not_socket_io', `${target.origin} opens no session.`);
  }

  path(more: Readonly<Record<string, string>>): string {
    return enginePath(this.#target, this.#engine, { ...more, sid: this.session.sid });
  }

  post(packet: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return ask(this.#target, this.path({ transport: 'polling' }), {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain;charset=UTF-8', ...headers },
      body: this.#engine === '4' ? packet : `${packet.length}:${packet}`,
    });
  }

  poll(headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return ask(this.#target, this.path({ transport: 'polling' }), { headers });
  }

  /** Ends it on the server as well. */
  async close(headers: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.post('1', headers).catch(() => {});
  }
}

/** Whether another server has got the request, which does not know the session. */
export const isUnknownSession = (answer: Answer): boolean => engineErrorOf(answer)?.code === 1;

function cookiesOf({ headers }: Answer): string {
  return (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
}
