import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** A process of its own that does what it is told. */
export class Child {
  readonly #process: ChildProcess;
  readonly #answers = new Map<number, (value: never) => void>();
  #calls = 0;

  constructor(file: string, args: readonly string[] = [], execArgv: readonly string[] = []) {
    this.#process = fork(new URL(file, import.meta.url), args, { execArgv: [...execArgv] });
    this.#process.on('message', ({ id, value }: { id: number; value: never }) => {
      this.#answers.get(id)?.(value);
      this.#answers.delete(id);
    });
    onTestFinished(async () => {
      const gone = once(this.#process, 'exit');
      // Also one that has stopped listening.
      if (this.#process.kill('SIGKILL')) await gone;
    });
  }

  call<T = void>(name: string, argument?: unknown): Promise<T> {
    const id = ++this.#calls;
    const answer = new Promise<T>((resolve) => this.#answers.set(id, resolve));
    this.#process.send({ id, name, argument });
    return answer;
  }
}
