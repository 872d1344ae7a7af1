import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endLeftovers } from '../lib/leftovers.mjs';

async function start(mark: string, script: string) {
  const env = { ...process.env, SIO_TEST_RUN: mark };
  const child = spawn(process.execPath, ['-e', script], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

describe.skipIf(process.platform !== 'linux')('processes that outlive the tests', () => {
  it('are named and killed', async () => {
    const child = await start('left-behind', "console.log('up'); setInterval(() => {}, 1000);");
    const ended = once(child, 'exit');
    expect(await endLeftovers('left-behind', 0)).toEqual([expect.stringContaining('setInterval')]);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('are given time to end by themselves', async () => {
    const child = await start('still-ending', "console.log('up'); process.stdin.resume();");
    const ending = endLeftovers('still-ending', 10_000);
    child.stdin.end();
    expect(await ending).toEqual([]);
  });

  it('are left alone when they are not of this run', async () => {
    const child = await start('of-another-run', "console.log('up'); setInterval(() => {}, 1000);");
    expect(await endLeftovers('of-this-run', 0)).toEqual([]);
    expect(child.exitCode).toBe(null);
  });
});
