import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { onTestFinished } from 'vitest';

/** Characters of what a process wrote to stderr that an error quotes. */
const LAST_WORDS = 2000;

/** A process of its own that answers calls; it is killed after the test. The program calls `answering`. */
export class Child {
  readonly process: ChildProcess;
  readonly #calls = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #count = 0;
  #end: string | undefined = undefined;

  /** @param file such as `new URL('./processes/shop.mjs', import.meta.url)` */
  constructor(file: URL, args: readonly string[] = [], options: ForkOptions = {}) {
    this.process = fork(file, args, { execArgv: [], stdio: ['ignore', 'inherit', 'pipe', 'ipc'], ...options });
    let said = '';
    this.process.stderr?.on('data', (text) => {
      said = (said + text).slice(-LAST_WORDS);
    });
    this.process.on('message', ({ id, value, error }: { id: number; value: never; error?: string }) => {
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      if (error === undefined) call?.resolve(value);
      else call?.reject(new Error(error));
    });
    this.process.once('exit', (code, signal) => {
      this.#end = `the process has ended (${signal ?? `exit code ${code}`}): ${said}`;
      for (const { reject } of this.#calls.values()) reject(new Error(this.#end));
    });
    onTestFinished(async () => {
      if (this.#end !== undefined) return;
      const gone = once(this.process, 'exit');
      // SIGKILL also ends one that has stopped listening.
      if (this.process.kill('SIGKILL')) await gone;
    });
  }

  /** Calls one of the program's commands. @throws Error with what it throws, or when the process has ended */
  call<T = void>(name: string, argument?: unknown): Promise<T> {
    if (this.#end !== undefined) return Promise.reject(new Error(this.#end));
    const id = ++this.#count;
    const answer = new Promise<T>((resolve, reject) => this.#calls.set(id, { resolve, reject }));
    this.process.send({ id, name, argument });
    return answer;
  }
}

/** Bytes. */
export interface Memory {
  /** Resident set, after garbage collection. */
  readonly rss: number;
  /** The largest that the resident set has been. */
  readonly peakRss: number;
  /** Heap and external memory in use, after garbage collection. */
  readonly held: number;
}

export interface ChildServerOptions {
  /** Megabytes that V8's old generation may take; beyond it the process aborts, which fails the test. Default: Node's. */
  readonly heap?: number;
  /** Options of the server; they are sent as JSON. */
  readonly options?: object;
  /**
   * A module that exports `default function setup(io, http)`, which adds namespaces and listeners. It returns further
   * commands for {@link ChildServer.call}. Default: a server that answers `echo`.
   */
  readonly setup?: URL;
}

/** A server in a process of its own, on the built core. */
export class ChildServer extends Child {
  readonly port: number = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Its memory now. */
  memory(): Promise<Memory> {
    return this.call<Memory>('memory');
  }
}

const load = createRequire(import.meta.url);

/** Starts a server in a process of its own, with a bounded heap: for tests of what memory strangers can make it take. */
export async function childServer({ heap, options = {}, setup }: ChildServerOptions = {}): Promise<ChildServer> {
  const execArgv = ['--expose-gc', ...(heap === undefined ? [] : [`--max-old-space-size=${heap}`])];
  // The package's folder, whether this file runs as source or as built.
  const program = new URL('./programs/server.mjs', `file://${load.resolve('@sio/test-kit/package.json')}`);
  const child = new ChildServer(program, [JSON.stringify(options), setup?.href ?? ''], { execArgv });
  return Object.assign(child, { port: await child.call<number>('start') });
}
