import picocolors from 'picocolors';
import type { Failure } from './failure.js';
import { jsonOf } from './values.js';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Prints results to stdout, and everything about the command itself to stderr. */
export class Output {
  /** Whether results are JSON, one value on a line. */
  readonly json: boolean;
  readonly colors: Colors;

  constructor(flags: { readonly json?: boolean; readonly color?: boolean }) {
    this.json = flags.json === true;
    this.colors = picocolors.createColors(flags.color !== false && !this.json && hasColors());
  }

  /** A line of the result; not with `--json`. */
  line(text = ''): void {
    if (!this.json) process.stdout.write(`${text}\n`);
  }

  /** A result for programs; with `--json` only. */
  value(value: unknown): void {
    if (this.json) process.stdout.write(`${jsonOf(value)}\n`);
  }

  /** A line about what the command does. */
  note(text: string): void {
    if (!this.json) process.stderr.write(`${this.colors.dim(text)}\n`);
  }

  failure({ code, message, remedy, data }: Failure): void {
    if (this.json) {
      this.value({
        error: { code, message, ...(remedy !== undefined && { remedy }), ...(data !== undefined && { data }) },
      });
      return;
    }
    const { red } = this.colors;
    const details = [remedy, data === undefined ? undefined : jsonOf(data)].filter((each) => each !== undefined);
    process.stderr.write(`${red('error:')} ${[message, ...details].join(' ')}\n`);
  }
}

/** See https://no-color.org. */
function hasColors(): boolean {
  if ((process.env.NO_COLOR ?? '') !== '' || process.env.TERM === 'dumb') return false;
  return process.stdout.isTTY === true && process.stderr.isTTY === true;
}

/** Resolves when a stream has passed on everything that was written to it. */
export function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => void stream.write('', () => resolve()));
}
