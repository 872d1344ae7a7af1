import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { exec } from './exec.mjs';
import { cacheDirectory, root } from './root.mjs';

const STAMP = `${cacheDirectory}installed`;
const WORKSPACE_FOLDERS = ['packages', 'examples'];

/** Installs the workspace's dependencies unless node_modules already holds exactly these. */
export async function ensureInstalled() {
  const wanted = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  const { devEngines } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const code = await exec(
    'npx',
    ['--yes', `pnpm@${devEngines.packageManager.version}`, 'install', '--config.confirmModulesPurge=false'],
    { shell: process.platform === 'win32' },
  );
  if (code !== 0) throw new Error(`pnpm install failed with exit code ${code}`);
  mkdirSync(cacheDirectory, { recursive: true });
  // Taken again, because an install may bring the lockfile up to date.
  writeFileSync(STAMP, fingerprint());
}

function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${process.versions.modules}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests()]) {
    const path = `${root}${file}`;
    hash.update(`\0${file}\0`).update(existsSync(path) ? readFileSync(path) : '');
  }
  return hash.digest('hex');
}

function manifests() {
  const folders = WORKSPACE_FOLDERS.filter((folder) => existsSync(`${root}${folder}`));
  const packages = folders.flatMap((folder) => readdirSync(`${root}${folder}`).map((name) => `${folder}/${name}`));
  return [...packages.sort(), 'benchmarks'].map((folder) => `${folder}/package.json`);
}
