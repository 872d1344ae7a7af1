#!/usr/bin/env node
// sio-corpus http://localhost:3000|--victim socketio [--path /socket.io/] [--generation eio4]… [--attack CVE-…]
import { parseArgs } from 'node:util';
import { ATTACKS, attempt, ENGINE, GENERATIONS, Target } from './index.js';
import { Victim } from './victim.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    path: { type: 'string', default: '/socket.io/' },
    generation: { type: 'string', multiple: true },
    attack: { type: 'string', default: '' },
    victim: { type: 'string' },
  },
});
const victim = values.victim === 'sio' || values.victim === 'socketio' ? await Victim.start(values.victim) : undefined;
const url = victim?.url ?? positionals[0];
if (url === undefined) {
  console.error(
    'Usage: sio-corpus <url of the server>|--victim sio|--victim socketio [--path /socket.io/] [--generation eio4|eio3|0.9] [--attack id]',
  );
  process.exit(2);
}

const target = new Target(url, values.path);
if (!(await target.isAlive())) {
  console.error(`No Socket.IO server answers at ${url}${values.path}`);
  process.exit(2);
}
// Nobody but us speaks to 0.9.
const asked = values.generation ?? (values.victim === 'socketio' ? ENGINE : GENERATIONS);
let fallen = 0;
for (const attack of ATTACKS.filter(({ id }) => id.includes(values.attack))) {
  for (const generation of attack.generations.filter((one) => asked.includes(one))) {
    const { verdict, detail } = await attempt(attack, target, generation);
    console.log([attack.id.padEnd(30), generation.padEnd(5), verdict.padEnd(15), detail].join(' ').trimEnd());
    if (verdict === 'fell') fallen++;
  }
}
await victim?.end();
console.log(`${fallen} attacks succeeded`);
process.exitCode = fallen === 0 ? 0 : 1;
