#!/usr/bin/env node
// sio-corpus http://localhost:3000 [--path /socket.io/] [--generation eio4]… [--attack CVE-…]
import { parseArgs } from 'node:util';
import { ATTACKS, attempt, GENERATIONS, Target } from './index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    path: { type: 'string', default: '/socket.io/' },
    generation: { type: 'string', multiple: true },
    attack: { type: 'string', default: '' },
  },
});
const [url] = positionals;
if (url === undefined) {
  console.error(
    'Usage: sio-corpus <url of the server> [--path /socket.io/] [--generation eio4|eio3|0.9] [--attack id]',
  );
  process.exit(2);
}

const target = new Target(url, values.path);
if (!(await target.isAlive())) {
  console.error(`No Socket.IO server answers at ${url}${values.path}`);
  process.exit(2);
}
const asked = values.generation ?? GENERATIONS;
let fallen = 0;
for (const attack of ATTACKS.filter(({ id }) => id.includes(values.attack))) {
  for (const generation of attack.generations.filter((one) => asked.includes(one))) {
    const { verdict, detail } = await attempt(attack, target, generation);
    console.log([attack.id.padEnd(30), generation.padEnd(5), verdict.padEnd(15), detail].join(' ').trimEnd());
    if (verdict === 'fell') fallen++;
  }
}
console.log(`${fallen} attacks succeeded`);
process.exitCode = fallen === 0 ? 0 : 1;
