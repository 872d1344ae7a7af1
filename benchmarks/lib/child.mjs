import { fork } from 'node:child_process';

/** A question to a child that stays unanswered this long (ms) means that something hangs. */
const DEFAULT_PATIENCE = 180_000;

/** A child process that answers questions over IPC; the other end is `answer.mjs`. */
export class Child {
  #process;
  #nextId = 0;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void, timer: NodeJS.Timeout }>} */
  #asked = new Map();
  #gone;

  /** @param {URL} file the module to run @param {string[]} [nodeOptions] flags for node itself */
  constructor(file, nodeOptions = []) {
    this.#process = fork(file, { execArgv: nodeOptions, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#process.on('message', (message) => this.#settle(/** @type {any} */ (message)));
    this.#gone = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => {
        this.#failAll(new Error(`the process ended early (${signal ?? `code ${code}`})`));
        resolve(undefined);
      });
    });
  }

  /** @param {string} type @param {unknown} [payload] @param {number} [patience] milliseconds @returns {Promise<any>} */
  ask(type, payload, patience = DEFAULT_PATIENCE) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#asked.delete(id);
        reject(new Error(`no answer to "${type}" within ${patience / 1000} s`));
      }, patience);
      this.#asked.set(id, { resolve, reject, timer });
      this.#process.send({ id, type, payload }, (error) => {
        if (error) this.#settle({ id, error: error.message });
      });
    });
  }

  /** Ends the process, by force when it does not go within two seconds. */
  async stop() {
    if (this.#process.connected) this.#process.disconnect();
    const force = setTimeout(() => this.#process.kill('SIGKILL'), 2000);
    await this.#gone;
    clearTimeout(force);
  }

  /** @param {{ id: number, error?: string, result?: unknown }} message */
  #settle({ id, error, result }) {
    const asked = this.#asked.get(id);
    if (!asked) return;
    this.#asked.delete(id);
    clearTimeout(asked.timer);
    if (error === undefined) asked.resolve(result);
    else asked.reject(new Error(error));
  }

  /** @param {Error} error */
  #failAll(error) {
    for (const { reject, timer } of this.#asked.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#asked.clear();
  }
}
