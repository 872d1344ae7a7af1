import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BEFORE, peers } from '../lib/peers.mjs';

const run = promisify(execFile);

/** The modules that each server is loaded from. The floors are parts of this folder, not packages. @type {Record<string, string>} */
const MODULES = {
  socketio: 'socket.io',
  sio: '@sio/core',
  [BEFORE]: process.env.SIO_BEFORE ?? '',
};

const program = fileURLToPath(new URL('../load/import.mjs', import.meta.url));

/** Each operation is a process of its own: there is no second first import.
 * @type {import('../types.d.ts').Scenario<string>}
 */
export const scenario = {
  name: 'import',
  title: 'import of the package, in a new process',
  op: 'import',
  method: 'seen',
  handlers: [],
  variants: [{ name: '', connections: 0, warmup: 1, count: 5 }],
  slices: 5,
  contestants: peers
    .filter(({ name, standard }) => standard && name in MODULES)
    .map((peer) => ({ ...peer, load: { module: MODULES[peer.name] } })),
  prepare: async ({ variant }) => variant.module ?? '',
  async work(module, count) {
    let cpu = 0;
    let heap = 0;
    for (let op = 0; op < count; op++) {
      const { stdout } = await run(process.execPath, ['--expose-gc', program, module]);
      const used = JSON.parse(stdout);
      cpu += used.cpu;
      heap += used.heap;
    }
    return { ops: count, seen: { 'import ms': cpu, 'import heap': heap } };
  },
};
