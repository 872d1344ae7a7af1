// Packs the package in the current folder as it would be published and complains about what its users would stumble on.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'sio-pack-'));
try {
  const complaints = [...(await misconfigured()), ...wrongTypes(pack())];
  for (const complaint of complaints) console.error(`${manifest.name}: ${complaint}`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function pack() {
  const { status, stderr } = run('pnpm', ['pack', '--pack-destination', folder]);
  if (status !== 0) throw new Error(`pnpm pack failed: ${stderr}`);
  return join(folder, readdirSync(folder)[0] ?? '');
}

async function misconfigured() {
  const { messages } = await publint({ pkgDir: process.cwd(), strict: true, level: 'warning' });
  return messages.map((message) => formatMessage(message, manifest, { color: false }) ?? message.code);
}

/** @param {string} tarball */
function wrongTypes(tarball) {
  const { status, stdout, stderr } = run('attw', [tarball, '--no-color', '--no-emoji']);
  return status === 0 ? [] : [`its types resolve wrongly\n${stdout}${stderr}`];
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  return spawnSync(command, args, { encoding: 'utf8', shell: process.platform === 'win32' });
}
