import { Session } from 'node:inspector';

/** V8's profiler of this process. */
export class V8Profiler {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
    this.post('Profiler.enable');
  }

  post(method: string, parameters?: object): unknown {
    let answer: unknown;
    // Within one thread the answer is there before `post` returns.
    this.#session.post(method, parameters, (error, result) => {
      if (error !== null) throw error;
      answer = result;
    });
    return answer;
  }

  close(): void {
    this.#session.disconnect();
  }
}
