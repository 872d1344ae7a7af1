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

/** No stream has the subject, or it has no leader, or the server has no JetStream. */
const NOBODY_ANSWERS = 'nobody_answers';
/** No answer has come, so what was asked for may have happened. */
const NO_ANSWER = 'no_answer';

function coded(error: Error, code: string): Error {
  return Object.assign(error, { code });
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

/** Whether a request has reached no stream, or no JetStream. */
export function isUnanswered(error: unknown): boolean {
  return codeOf(error) === NOBODY_ANSWERS;
}

/**
 * "temporarily unavailable", "can not handle request", "stream is offline", "consumer is offline", "incomplete results", and "expected stream sequence
 * does not match": a new leader has counted without a message that the one before it has left behind.
 */
const PASSING: readonly number[] = [10008, 10009, 10118, 10119, 10004, 10063];

/** Whether a request may succeed when JetStream has elected a leader. */
export function isPassing(error: unknown): boolean {
  if (error instanceof JetStreamError) return PASSING.includes(error.cause);
  const code = codeOf(error);
  return code === NOBODY_ANSWERS || code === NO_ANSWER;
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

/** A question to JetStream. */
export interface Question {
  /** When it was asked (monotonic ms). */
  since: number;
  answered(message: NatsMessage): void;
  failed(error: Error): void;
}

/** Time (ms) for an answer. */
const PATIENCE = 5000;
const NO_RESPONDERS = 503;
/** The consumer is gone, or its server is. */
const ENDED: readonly number[] = [NO_RESPONDERS, 409];
/** Time (ms) after which a question without an answer is asked again, and after which a refused one is. */
const AGAIN = 1000;
const PAUSE = 100;
const NO_BYTES = Buffer.alloc(0);
/** Nanoseconds of a millisecond. */
export const NANO = 1_000_000;

/**
 * Sends requests to JetStream, which need only a connection. Answers are handled at once, in their order among other
 * messages, because that order shows what the log contained when it answered.
 */
export class JetStream {
  /** Time (ms) for which JetStream may be without a leader; 0 where it has no other server. */
  readonly patience: number;
  readonly #open = new Map<string, Question>();
  readonly #sweeper = setInterval(() => this.#sweep(), PATIENCE / 5).unref();
  #connection: NatsMessenger | undefined;
  #isClosed = false;
  #inbox = '';
  #number = 0;

  constructor(patience: number) {
    this.patience = patience;
  }

  /** Whether the server that this link is connected to has JetStream; undefined if it does not say so. */
  get isThere(): boolean | undefined {
    return this.#connection?.info?.jetstream;
  }

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
    for (const [number, question] of this.#open) {
      this.#open.delete(number);
      question.failed(this.#notConnected());
    }
  }

  /** Ends. */
  close(): void {
    clearInterval(this.#sweeper);
    this.#isClosed = true;
    this.detach();
  }

  /** A connection that is lost is made again, unless the link has ended. */
  #notConnected(): Error {
    const error = new Error('NATS is not connected');
    return this.#isClosed ? error : coded(error, NO_ANSWER);
  }

  #take(message: NatsMessage): void {
    const number = message.subject.slice(this.#inbox.length + 1);
    const open = this.#open.get(number);
    if (open === undefined) return;
    this.#open.delete(number);
    if (message.headers?.code === NO_RESPONDERS)
      open.failed(coded(new Error('No JetStream stream stores the message'), NOBODY_ANSWERS));
    else open.answered(message);
  }

  /** If the client reconnects by itself, an answer that was lost with the old connection never comes. */
  #sweep(): void {
    const before = performance.now() - PATIENCE;
    for (const [number, question] of this.#open) {
      if (question.since > before) return;
      this.#open.delete(number);
      question.failed(late());
    }
  }

  /** Asks once. */
  ask(subject: string, payload: Uint8Array, headers: NatsHeaders | undefined, question: Question): void {
    const connection = this.#connection;
    if (connection === undefined) return question.failed(this.#notConnected());
    const number = (++this.#number).toString(36);
    question.since = performance.now();
    this.#open.set(number, question);
    try {
      const reply = `${this.#inboxOf(connection)}.${number}`;
      connection.publish(subject, payload, headers === undefined ? { reply } : { reply, headers: encoded(headers) });
    } catch (error) {
      this.#open.delete(number);
      question.failed(error as Error);
    }
  }

  /** Asks until there is an answer, while JetStream may have no leader. */
  #insist<Result>(subject: string, payload: Uint8Array, headers: NatsHeaders | undefined): Promise<Result> {
    const until = performance.now() + this.patience;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      let isOver = false;
      const again = (time: number) => {
        clearTimeout(timer);
        if (!isOver && performance.now() < until) timer = setTimeout(attempt, time).unref();
      };
      const end = (settle: () => void) => {
        isOver = true;
        clearTimeout(timer);
        settle();
      };
      const failed = (error: Error) => {
        if (isOver) return;
        if (isPassing(error) && performance.now() < until) again(PAUSE);
        else end(() => reject(error));
      };
      const answered = (message: NatsMessage) => {
        const result = answerIn<Result>(message);
        if (result instanceof Error) failed(result);
        else if (!isOver) end(() => resolve(result));
      };
      const attempt = () => {
        again(AGAIN);
        this.ask(subject, payload, headers, { since: 0, answered, failed });
      };
      attempt();
    });
  }

  /** Stores a message once. It is not sent again, as it may be stored although no answer comes. @returns its number. */
  publish(subject: string, payload: Uint8Array, headers?: NatsHeaders): Promise<number> {
    return new Promise((resolve, failed) => {
      const answered = (message: NatsMessage) => {
        const result = answerIn<{ seq: number }>(message);
        if (result instanceof Error) failed(result);
        else resolve(result.seq);
      };
      this.ask(subject, payload, headers, { since: 0, answered, failed });
    });
  }

  /** Stores a message whose headers have JetStream refuse it the second time. */
  async publishOnce(subject: string, payload: Uint8Array, headers: NatsHeaders): Promise<number> {
    return (await this.#insist<{ seq: number }>(subject, payload, headers)).seq;
  }

  /** Calls JetStream's interface. */
  call<Result>(name: string, argument?: object): Promise<Result> {
    const payload = argument === undefined ? NO_BYTES : Buffer.from(JSON.stringify(argument));
    return this.#insist(`$JS.API.${name}`, payload, undefined);
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
      if (connection === undefined) return reject(this.#notConnected());
      const timer = setTimeout(() => end(late()), PATIENCE).unref();
      const end = (error?: Error) => {
        clearTimeout(timer);
        subscription.unsubscribe();
        if (error === undefined) resolve(messages);
        else reject(error);
      };
      const callback = (error: unknown, message: NatsMessage) => {
        // A status has a code; entries have none.
        const code = error ? NO_RESPONDERS : (message.headers?.code ?? 0);
        if (ENDED.includes(code)) return end(coded(new Error('JetStream has ended a consumer'), NO_ANSWER));
        if (code !== 0) return end();
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

function late(): Error {
  return coded(new Error(`JetStream did not answer within ${PATIENCE} ms`), NO_ANSWER);
}

/** @returns the error if it is a refusal. */
export function answerIn<Result>({ data }: NatsMessage): Result | Error {
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
