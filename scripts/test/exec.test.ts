import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { root } from '../lib/root.mjs';

const PROGRAM = "console.log('up', process.pid); setInterval(() => {}, 1000);";
const SCRIPT = `
  const { exec } = await import(${JSON.stringify(`${root}scripts/lib/exec.mjs`)});
  process.exitCode = await exec(process.execPath, ['-e', ${JSON.stringify(PROGRAM)}]);
`;

async function start(command: string, args: string[]) {
  const env = { ...process.env, SCRIPT, NODE: process.execPath, npm_lifecycle_event: 'start' };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await once(child.stdout, 'data');
  const program = Number(/up (\d+)/.exec(String(output))?.[1]);
  onTestFinished(() => {
    child.kill('SIGKILL');
    if (isRunning(program)) process.kill(program, 'SIGKILL');
  });
  return { child, program };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe.skipIf(process.platform === 'win32')('a program run by a script', () => {
  it('ends when the script is told to, and gives it its exit code', async () => {
    const { child, program } = await start(process.execPath, ['--input-type=module', '-e', SCRIPT]);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([143, null]);
    expect(isRunning(program)).toBe(false);
  });

  it("ends when npm's shell dies without passing the signal on", async () => {
    const { child, program } = await start('sh', ['-c', '"$NODE" --input-type=module -e "$SCRIPT"; exit 0']);
    expect(isRunning(program)).toBe(true);
    child.kill('SIGTERM');
    // Closed once nobody holds our end of the pipe any more: neither the shell, nor the script, nor the program.
    await once(child, 'close');
  });
});
