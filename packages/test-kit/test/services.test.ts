import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';

// Each test looks with fresh eyes: the module remembers what it found.
const look = async () => (await import('@sio/test-kit/services')).service;

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllEnvs());

function pathWith(program: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sio-services-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, program), '#!/bin/sh\n');
  chmodSync(join(folder, program), 0o755);
  vi.stubEnv('PATH', folder);
  return join(folder, program);
}

it('finds a program on the PATH', async () => {
  const path = pathWith('chromium');
  expect((await look())('chromium')).toBe(path);
});

it('reports once what is skipped if a program is missing', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  vi.stubEnv('SIO_REQUIRE_SERVICES', '');
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  const service = await look();
  expect([service('chromium'), service('chromium')]).toEqual([undefined, undefined]);
  expect(warn.mock.calls).toEqual([[expect.stringContaining('apt-get install chromium')]]);
});

it('fails instead of skipping when the environment requires services', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  vi.stubEnv('SIO_REQUIRE_SERVICES', '1');
  const service = await look();
  expect(() => service('chromium')).toThrow('chromium is not installed');
});
