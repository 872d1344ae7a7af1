import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const chatterbox = fileURLToPath(new URL('../../', import.meta.url));

/** The example as `npm start` runs it. */
export interface RunningServer {
  readonly url: string;
  readonly process: ChildProcess;
  /** Ends it the way a process manager does. */
  stop(): Promise<number | null>;
}

/** Starts a built example on a free port; it ends with the test. @param example its folder */
export async function startServer(example = chatterbox): Promise<RunningServer> {
  const child = spawnServer({ PORT: '0' }, example);
  const url = await firstAddress(child);
  return { url, process: child, stop: () => stop(child) };
}

/** Runs the built example with this in its environment; it ends with the test. */
export function spawnServer(environment: Record<string, string>, example = chatterbox): ChildProcess {
  requireBuild(example);
  const child = spawn(process.execPath, ['dist/server.js'], {
    cwd: example,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  });
  return child;
}

/** The line that it prints when it listens. */
export async function firstAddress(child: ChildProcess): Promise<string> {
  const errors = collect(child);
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /https?:\/\/\S+/.exec(line)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`The server ended without listening: ${errors()}`);
}

/** All that it writes to its standard error, so far. */
export function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

async function stop(child: ChildProcess): Promise<number | null> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = (await gone) as [number | null];
  return code;
}

/** The times of files tell nothing: a checkout gives sources new ones, and a cached build keeps the old ones. */
function requireBuild(example: string): void {
  if (!existsSync(`${example}dist/server.js`)) throw new Error(`${example} is not built: run npm run build`);
}
