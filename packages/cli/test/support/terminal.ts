import { spawn } from '@lydell/node-pty';
import { onTestFinished } from 'vitest';
import { environment, PROGRAM } from './cli.js';

/** The program on a terminal. */
export class Terminal {
  #seen = '';
  readonly #pty;
  readonly #waiting = new Set<() => void>();
  readonly exit: Promise<number>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#pty = spawn(process.execPath, [PROGRAM, ...args], { env: environment({ TERM: 'xterm', ...env }), cols: 200 });
    this.#pty.onData((text) => {
      this.#seen += text;
      for (const look of this.#waiting) look();
    });
    this.exit = new Promise((resolve) => void this.#pty.onExit(({ exitCode }) => resolve(exitCode)));
    onTestFinished(async () => {
      this.#pty.kill('SIGKILL');
      await this.exit;
    });
  }

  /** Resolves with everything up to a text, which the next call does not see again. */
  until(text: string): Promise<string> {
    return new Promise((resolve) => {
      const look = () => {
        const at = this.#seen.indexOf(text);
        if (at < 0) return;
        this.#waiting.delete(look);
        const before = this.#seen.slice(0, at + text.length);
        this.#seen = this.#seen.slice(at + text.length);
        resolve(before);
      };
      this.#waiting.add(look);
      look();
    });
  }

  type(text: string): void {
    this.#pty.write(text);
  }
}
