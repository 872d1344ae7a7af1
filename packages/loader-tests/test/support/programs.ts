import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Finished {
  readonly code: number | null;
  /** The text of both streams. */
  readonly output: string;
}

/** Runs a program to its end. */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<Finished> {
  const program = start(command, args, options);
  const [code] = (await once(program.child, 'close')) as [number | null];
  return { code, output: program.output() };
}

/** Runs a program whose last line is JSON. @throws Error with its output when it fails. */
export async function runForJson(command: string, args: readonly string[], options: RunOptions): Promise<unknown> {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');
}

/** Starts a server, and resolves with the JSON of its first line that begins with `ready `. It ends with the test. */
export async function serve<Ready>(command: string, args: readonly string[], options: RunOptions): Promise<Ready> {
  const program = start(command, args, options);
  const { child } = program;
  const exited = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const ready = new Promise<Ready>((resolve) => {
    child.stdout?.on('data', () => {
      const line = program
        .output()
        .split('\n')
        .find((text) => text.startsWith('ready ') && text.endsWith('}'));
      if (line !== undefined) resolve(JSON.parse(line.slice('ready '.length)) as Ready);
    });
  });
  const failed = exited.then(() => {
    throw new Error(`${command} ${args.join(' ')} ended before it was ready:\n${program.output()}`);
  });
  return Promise.race([ready, failed]);
}

function start(command: string, args: readonly string[], { cwd, env }: RunOptions) {
  // The program must not get variables of the test run, such as NODE_OPTIONS and those of vitest.
  const inherited = { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR };
  const clean = Object.fromEntries(Object.entries({ ...inherited, ...env }).filter(([, value]) => value !== undefined));
  const child: ChildProcess = spawn(command, args, { cwd, env: clean, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { child, output: () => Buffer.concat(chunks).toString() };
}
