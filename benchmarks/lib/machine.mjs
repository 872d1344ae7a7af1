import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const PACKAGES = ['socket.io', 'engine.io', 'ws', 'express', 'koa', 'fastify', '@hapi/hapi', '@sio/core'];

/** The machine and the versions behind the figures. */
export function describeMachine() {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: `${os.type()} ${os.release().split('-')[0]} ${os.arch()}`,
    node: process.version,
    load: os.loadavg()[0].toFixed(1),
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
  };
}

/**
 * Whether figures of two reports may stand in one.
 * @param {ReturnType<typeof describeMachine>} a
 * @param {ReturnType<typeof describeMachine>} b
 */
export function isSameGround(a, b) {
  const ground = (/** @type {typeof a} */ { cpu, cores, memory, system, node, packages }) =>
    JSON.stringify([cpu, cores, memory, system, node, packages]);
  return ground(a) === ground(b);
}

/** @param {string} name */
function versionOf(name) {
  // engine.io is socket.io's own dependency, and is found from there only.
  const from = name === 'engine.io' ? createRequire(require.resolve('socket.io')) : require;
  for (const folder of from.resolve.paths(name) ?? []) {
    const manifest = join(folder, name, 'package.json');
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).version;
  }
  return 'absent';
}
