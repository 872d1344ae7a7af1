import type { Frame } from '../wire/frame.js';

/** The longest time (ms) of a timer: a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Some servers did not answer a request such as `fetchSockets()` in time. */
export class SilentNodesError extends Error {
  /** Names of the servers that did not answer. */
  readonly silent: readonly string[];
  /** The answers of the other servers. */
  responses: unknown[];

  constructor(silent: readonly string[], answered: number, responses: unknown[]) {
    const servers = answered + silent.length;
    super(`timeout reached: only ${answered} of ${servers} servers answered, without ${silent.join(', ')}`);
    this.name = 'SilentNodesError';
    this.silent = silent;
    this.responses = responses;
  }
}

/** The outcome of a question. */
export interface Answers {
  /** Ids of the servers that did not answer in time. */
  readonly silent: string[];
}

interface Question {
  readonly waiting: Set<string>;
  readonly silent: string[];
  readonly answered: (frame: Frame) => boolean;
  readonly done: (answers: Answers) => void;
  readonly timer: NodeJS.Timeout;
}

/** Questions to other servers. Each ends: with all answers, or at its deadline. */
export class Questions {
  readonly #open = new Map<number, Question>();
  #last = 0;

  /**
   * @param silent servers that are not worth waiting for.
   * @param answered gets every answer. @returns whether that was the server's last.
   */
  open(
    waiting: Set<string>,
    silent: string[],
    timeout: number,
    answered: (frame: Frame) => boolean,
    done: (answers: Answers) => void,
  ): number {
    const number = ++this.#last;
    const timer = setTimeout(() => this.#expire(number), Math.min(timeout, LONGEST)).unref();
    this.#open.set(number, { waiting, silent, answered, done, timer });
    return number;
  }

  /** For a question that has been sent: no server may be there to answer. */
  sent(number: number): void {
    const question = this.#open.get(number);
    if (question?.waiting.size === 0) this.#close(number, question);
  }

  #close(number: number, { timer, done, silent }: Question): void {
    this.#open.delete(number);
    clearTimeout(timer);
    done({ silent });
  }

  #expire(number: number): void {
    const question = this.#open.get(number);
    if (question === undefined) return;
    question.silent.push(...question.waiting);
    this.#close(number, question);
  }

  answer(frame: Frame): void {
    const number = frame.header.q ?? 0;
    const question = this.#open.get(number);
    if (question === undefined || !question.waiting.has(frame.sender) || !question.answered(frame)) return;
    question.waiting.delete(frame.sender);
    this.sent(number);
  }

  /** Called when a server has left: it has no sockets any more. */
  left(id: string): void {
    for (const [number, question] of this.#open) if (question.waiting.delete(id)) this.sent(number);
  }

  /** Called when the broker becomes unreachable: no answer will come. */
  giveUp(): void {
    for (const number of [...this.#open.keys()]) this.#expire(number);
  }
}
