import { parseArgs } from 'node:util';
import { scenarioNames, standardNames } from '../scenarios/index.mjs';
import { choosePeers } from './peers.mjs';

export const USAGE = `npm run bench [-- options] [scenario…]

  --quick            2 rounds with a third of the operations: for a look while working
  --rounds <n>       rounds per row (default 5)
  --scale <factor>   factor for the number of operations (default 1)
  --servers <a,b,…>  which servers, the first being what the others are compared with
  --profile          writes a CPU profile of the measured window of the first round to results/profiles/
  --name <name>      name of the report in results/ (default "latest")
  --all              every scenario

scenarios: ${scenarioNames.join(' ')}
without names: ${standardNames.join(' ')}
`;

/** @param {string[]} argv */
export function parseOptions(argv) {
  const { values, positionals } = parseArgs({
    args: argv.filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      scale: { type: 'string' },
      servers: { type: 'string' },
      profile: { type: 'boolean', default: false },
      name: { type: 'string', default: 'latest' },
      all: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const all = values.all ? scenarioNames : standardNames;
  return {
    help: values.help,
    profile: values.profile,
    name: values.name,
    rounds: positive('rounds', values.rounds ?? (values.quick ? '2' : '5')),
    scale: positive('scale', values.scale ?? (values.quick ? '0.34' : '1')),
    peers: choosePeers(values.servers?.split(',')),
    scenarios: positionals.length > 0 ? positionals : all,
  };
}

/**
 * @param {string} name
 * @param {string} text
 */
function positive(name, text) {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} needs a number above 0, not "${text}"`);
  return value;
}
