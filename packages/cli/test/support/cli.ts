import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The built program. */
export const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs. It ends with the test. */
export class Sio {
  readonly child: ChildProcess;
  #stdout = '';
  #stderr = '';
  readonly #closed: Promise<unknown>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [PROGRAM, ...args], { env: environment(env), stdio: 'pipe' });
    this.#closed = once(this.child, 'close');
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.child.emit('printed');
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.child.emit('printed');
    });
    onTestFinished(async () => {
      this.child.kill('SIGKILL');
      await this.#closed;
    });
  }

  /** Resolves when either stream has a text. */
  async printed(text: string): Promise<void> {
    while (!(this.#stdout + this.#stderr).includes(text)) {
      const ended = this.#closed.then(() => {
        throw new Error(`ended without printing ${text}: ${this.#stdout}${this.#stderr}`);
      });
      await Promise.race([once(this.child, 'printed'), ended]);
    }
  }

  write(text: string): void {
    this.child.stdin?.write(text);
  }

  async end(input = ''): Promise<Finished> {
    this.child.stdin?.end(input);
    await this.#closed;
    return { code: this.child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }
}

/** Runs a command to its end. */
export function sio(...args: string[]): Promise<Finished> {
  return new Sio(args).end();
}

/** The values that `--json` prints. */
export const jsonLines = ({ stdout }: Finished): any[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** Without the variables of vitest, which change colors. */
export function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, ...more };
}
