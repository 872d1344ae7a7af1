import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const TOUR = fileURLToPath(new URL('../dist/tour.js', import.meta.url));

it('takes a server through every command', async () => {
  const env = { ...process.env, PORT: '0' };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [TOUR], { env });
  expect(stdout).toMatch(/^ok +handshake /m);
  expect(stdout.match(/"event":"said"/g)).toHaveLength(2);
  expect(stdout.match(/^\{"delivered":true\}$/gm)).toHaveLength(2);
  expect(stderr).toMatch(/^error: .*\/wrong\/ answers with HTTP 404.*--path/m);
  expect(stdout).toMatch(/^connections +10 connected$/m);
  expect(stdout).toContain('"asyncapi": "3.0.0"');
});
