import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server of ours to attack, in a process of its own. */
export class Victim {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, url: string) {
    this.#process = process;
    this.url = url;
  }

  /**
   * Starts `victims/<name>.mjs` on a free port.
   * @throws Error when it ends before it listens
   */
  static async start(name: 'sio' | 'socketio'): Promise<Victim> {
    const file = fileURLToPath(new URL(`../victims/${name}.mjs`, import.meta.url));
    const child = spawn(process.execPath, [file, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const url of createInterface(child.stdout)) return new Victim(child, url);
    throw new Error(`victims/${name}.mjs does not start`);
  }

  /** Whether its process is still there. */
  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async end(): Promise<void> {
    if (!this.isAlive) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
  }
}
