import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const TOUR = fileURLToPath(new URL('../dist/tour.js', import.meta.url));

it('the tour runs every command on a server', { timeout: 60_000 }, async () => {
  // A group of its own: its commands end with it.
  const tour = spawn(process.execPath, [TOUR], { env: { ...process.env, PORT: '0' }, detached: true });
  const gone = once(tour, 'exit');
  onTestFinished(() => {
    if (tour.exitCode === null) process.kill(-tour.pid!, 'SIGKILL');
  });
  const [stdout, stderr, [code]] = await Promise.all([text(tour.stdout), text(tour.stderr), gone]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ok +handshake /m);
  expect(stdout.match(/"event":"said"/g)).toHaveLength(2);
  expect(stdout.match(/^\{"delivered":true\}$/gm)).toHaveLength(2);
  expect(stderr).toMatch(/^error: .*\/wrong\/ answers with HTTP 404.*--path/m);
  expect(stdout).toMatch(/^connections +10 connected$/m);
  expect(stdout).toContain('"asyncapi": "3.0.0"');
});
