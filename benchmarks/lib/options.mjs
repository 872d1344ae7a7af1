import { parseArgs } from 'node:util';
import { goalNames, scenarioNames } from '../scenarios/index.mjs';
import { choosePeers } from './peers.mjs';

export const USAGE = `npm run bench [-- options] [scenario…]

  --quick            2 rounds with a third of the operations, for a look while working; the report is results/quick.md
  --rounds <n>       rounds per row (default 5)
  --minutes <n>      no round begins that would end later; at least 2 are played
  --scale <factor>   factor for the number of operations (default 1)
  --servers <a,b,…>  which servers, the first being what the others are compared with
  --profile          writes a CPU profile of the measured window of the first round to results/profiles/
  --name <name>      name of the report in results/ (default "latest"); what was measured before with the same machine and
                     versions stays in it, so that a long run can be done in parts
  --goals            only what there are goals for, in 10 minutes (with --rounds: as long as they take); results/goals.md:
                     ${goalNames.join(' ')}

SIO_BEFORE=/path/to/core/dist/index.js puts another build of sio beside this one, and says how they compare.

scenarios, all of them unless some are named:
  ${scenarioNames.join(' ')}

npm run bench -- codec   encoding and decoding beside other libraries, for a look while working
npm run bench -- cluster two servers on one Redis, beside socket.io with its Redis adapter
npm run bench -- objects what an idle connection holds, by class of object, on each framework
npm run bench -- charts  draws the charts of docs/performance.md and writes its tables from the report
`;

/** Long enough for three rounds and more. */
const GOALS_MINUTES = '10';

/** @param {string[]} argv */
export function parseOptions(argv) {
  const { values, positionals } = parseArgs({
    args: argv.filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      minutes: { type: 'string' },
      scale: { type: 'string' },
      servers: { type: 'string' },
      profile: { type: 'boolean', default: false },
      name: { type: 'string' },
      goals: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const all = values.goals ? goalNames : scenarioNames;
  const limited = values.goals && values.rounds === undefined && !values.quick;
  const minutes = values.minutes ?? (limited ? GOALS_MINUTES : 'Infinity');
  return {
    help: values.help,
    profile: values.profile,
    name: values.name ?? (values.quick ? 'quick' : limited ? 'goals' : 'latest'),
    minutes: positive('minutes', minutes),
    rounds: positive('rounds', values.rounds ?? (values.quick ? '2' : '5')),
    scale: positive('scale', values.scale ?? (values.quick ? '0.34' : '1')),
    peers: choosePeers(values.servers?.split(',')),
    chosen: values.servers !== undefined,
    scenarios: positionals.length > 0 ? positionals : all,
  };
}

/** @param {string} name @param {string} text */
function positive(name, text) {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} needs a number above 0, not "${text}"`);
  return value;
}
