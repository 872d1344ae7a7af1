import { randomBytes } from 'node:crypto';

/** A message of the package `nats`, as far as the engine uses it. */
export interface NatsMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  /** The subject for answers; of messages that a consumer gets, their place. */
  readonly reply?: string | undefined;
  readonly headers?: { readonly code: number; get(name: string): string } | undefined;
}

/** A connection of the package `nats`, as far as JetStream needs it. */
export interface NatsMessenger {
  /** Tells what the server can do. */
  readonly info?: { readonly jetstream?: boolean | undefined } | undefined;
  /** Sends a message. */
  publish(subject: string, payload: Uint8Array, options?: object): void;
  /** Listens. */
  subscribe(
    subject: string,
    options: { callback: (error: unknown, message: NatsMessage) => void },
  ): { unsubscribe(): void };
}

/** Headers of a message. */
export type NatsHeaders = Readonly<Record<string, string>>;

/** JetStream's refusal of a request. */
export class JetStreamError extends Error {
  /** JetStream's number of the cause. */
  override readonly cause: number;

  constructor(cause: number, description: string) {
    super(`JetStream refuses: ${description} (${cause})`);
    this.cause = cause;
  }
}

/** No stream has the subject, or the server has no JetStream. */
const NOBODY_ANSWERS = 'nobody_answers';

function nobodyAnswers(): Error {
  return Object.assign(new Error('No JetStream stream stores the message'), { code: NOBODY_ANSWERS });
}

/** Whether a request has reached no stream, or no JetStream. */
export function isUnanswered(error: unknown): boolean {
  return (error as { code?: unknown }).code === NOBODY_ANSWERS;
}

/** A stream, as JetStream describes it. */
export interface StreamInfo {
  readonly created: string;
  readonly config: { readonly name: string; readonly max_age: number; readonly max_msgs: number };
  readonly state: {
    readonly messages: number;
    readonly first_seq: number;
    readonly first_ts: string;
    readonly last_seq: number;
    readonly last_ts: string;
  };
}

interface Open {
  readonly since: number;
  readonly answered: (message: NatsMessage) => void;
  readonly failed: (error: Error) => void;
}

/** Time (ms) for an answer. */
const PATIENCE = 5000;
const NO_RESPONDERS = 503;
const NO_BYTES = Buffer.alloc(0);
/** Nanoseconds of a millisecond. */
export const NANO = 1_000_000;

/**
 * Sends requests to JetStream, which need only a connection. Answers are handled at once, in their order among other
 * messages, because that order shows what the log contained when it answered.
 */
export class JetStream {
  readonly #open = new Map<string, Open>();
  readonly #sweeper = setInterval(() => this.#sweep(), PATIENCE / 5).unref();
  #connection: NatsMessenger | undefined;
  #inbox = '';
  #number = 0;

  /** A connection is there. */
  attach(connection: NatsMessenger): void {
    this.#connection = connection;
    this.#inbox = '';
  }

  /** Made with the first question of a connection. */
  #inboxOf(connection: NatsMessenger): string {
    if (this.#inbox !== '') return this.#inbox;
    this.#inbox = `_INBOX.${randomBytes(12).toString('hex')}`;
    connection.subscribe(`${this.#inbox}.*`, { callback: (error, message) => error || this.#take(message) });
    return this.#inbox;
  }

  /** The connection is lost: what was asked has no answer. */
  detach(): void {
    this.#connection = undefined;
    for (const [number, { failed }] of this.#open) {
      this.#open.delete(number);
      failed(new Error('NATS is not connected'));
    }
  }

  /** Ends. */
  close(): void {
    clearInterval(this.#sweeper);
    this.detach();
  }

  #take(message: NatsMessage): void {
    const number = message.subject.slice(this.#inbox.length + 1);
    const open = this.#open.get(number);
    if (open === undefined) return;
    this.#open.delete(number);
    if (message.headers?.code === NO_RESPONDERS) open.failed(nobodyAnswers());
    else open.answered(message);
  }

  /** If the client reconnects by itself, an answer that was lost with the old connection never comes. */
  #sweep(): void {
    const before = performance.now() - PATIENCE;
    for (const [number, { since, failed }] of this.#open) {
      if (since > before) return;
      this.#open.delete(number);
      failed(new Error(`JetStream did not answer within ${PATIENCE} ms`));
    }
  }

  #ask(subject: string, payload: Uint8Array, headers: NatsHeaders | undefined, open: Open): void {
    const connection = this.#connection;
    if (connection === undefined) return open.failed(new Error('NATS is not connected'));
    const number = (++this.#number).toString(36);
    this.#open.set(number, open);
    try {
      const reply = `${this.#inboxOf(connection)}.${number}`;
      connection.publish(subject, payload, headers === undefined ? { reply } : { reply, headers: encoded(headers) });
    } catch (error) {
      this.#open.delete(number);
      open.failed(error as Error);
    }
  }

  /**
   * Stores a message.
   * @param stored is called with its number at once, before any message behind it comes.
   */
  publish(subject: string, payload: Uint8Array, headers?: NatsHeaders, stored?: (sequence: number) => void) {
    return new Promise<number>((resolve, failed) => {
      const answered = (message: NatsMessage) => {
        const result = read<{ seq: number }>(message);
        if (result instanceof Error) return failed(result);
        stored?.(result.seq);
        resolve(result.seq);
      };
      this.#ask(subject, payload, headers, { since: performance.now(), answered, failed });
    });
  }

  /** Calls JetStream's interface. */
  call<Result>(name: string, argument?: object): Promise<Result> {
    const payload = argument === undefined ? NO_BYTES : Buffer.from(JSON.stringify(argument));
    return new Promise((resolve, failed) => {
      const answered = (message: NatsMessage) => {
        const result = read<Result>(message);
        if (result instanceof Error) failed(result);
        else resolve(result);
      };
      this.#ask(`$JS.API.${name}`, payload, undefined, { since: performance.now(), answered, failed });
    });
  }

  /**
   * Takes some messages of a consumer.
   * @param count that it has at least. @param last the number of the last message that is wanted: where others are removed meanwhile, the
   * server may not say that it has no more.
   */
  pull(stream: string, consumer: string, count: number, last: number): Promise<NatsMessage[]> {
    const messages: NatsMessage[] = [];
    const inbox = `_INBOX.${randomBytes(12).toString('hex')}`;
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
    return new Promise<NatsMessage[]>((resolve, reject) => {
      const connection = this.#connection;
      if (connection === undefined) return reject(new Error('NATS is not connected'));
      const late = setTimeout(() => end(new Error(`JetStream did not answer within ${PATIENCE} ms`)), PATIENCE).unref();
      const end = (error?: Error) => {
        clearTimeout(late);
        subscription.unsubscribe();
        if (error === undefined) resolve(messages);
        else reject(error);
      };
      const callback = (error: unknown, message: NatsMessage) => {
        // A status has a code; entries have none.
        if (error || (message.headers?.code ?? 0) !== 0) return end();
        messages.push(message);
        if (messages.length === count || deliveryOf(message).sequence >= last) end();
      };
      const subscription = connection.subscribe(inbox, { callback });
      connection.publish(subject, Buffer.from(JSON.stringify({ batch: count, no_wait: true })), { reply: inbox });
    });
  }
}

/** The number of a consumer's message, and when it was stored (ms since 1970). */
export function deliveryOf({ reply = '' }: NatsMessage): { readonly sequence: number; readonly at: number } {
  // Later servers put two parts before them.
  const parts = reply.split('.');
  const first = parts.length < 11 ? 5 : 7;
  return { sequence: Number(parts[first]), at: Math.floor(Number(parts[first + 2]) / NANO) };
}

function read<Result>({ data }: NatsMessage): Result | Error {
  const answer = JSON.parse(Buffer.from(data).toString()) as { error?: { err_code: number; description: string } };
  if (answer.error === undefined) return answer as Result;
  return new JetStreamError(answer.error.err_code, answer.error.description);
}

/** The client's own class of headers is in whichever package the application has; all of them call this method. */
function encoded(headers: NatsHeaders): { encode(): Uint8Array } {
  let text = 'NATS/1.0\r\n';
  for (const [name, value] of Object.entries(headers)) text += `${name}: ${value}\r\n`;
  return { encode: () => Buffer.from(`${text}\r\n`, 'latin1') };
}
