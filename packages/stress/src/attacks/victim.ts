import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Figures } from './server.js';

/** Megabytes of V8's old generation; beyond them the process aborts. */
const HEAP = 1024;

/** A server in a process of its own, with a bounded heap. */
export class Victim {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** @param core URL of the core's `index.js` @param attack the server is prepared for it */
  static async start(core: URL, attack: string): Promise<Victim> {
    const execArgv = ['--expose-gc', `--max-old-space-size=${HEAP}`];
    const program = new URL('../../dist/attacks/server.js', import.meta.url);
    const child = fork(program, [core.href, attack], { execArgv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new Victim(child, port);
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Undefined when the process has ended. */
  async figures(): Promise<Figures | undefined> {
    if (this.hasEnded || !this.#child.connected) return undefined;
    return new Promise((resolve) => {
      const answered = (figures: Figures) => {
        this.#child.off('exit', ended);
        resolve(figures);
      };
      const ended = () => {
        this.#child.off('message', answered);
        resolve(undefined);
      };
      this.#child.once('message', answered).once('exit', ended);
      // A process that is about to end takes no more messages: `exit` follows.
      this.#child.send('figures', () => {});
    });
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}
