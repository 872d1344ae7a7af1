import { type Attack, type Generation, NotApplicable, type Result } from './attack.js';
import { FRAME_ATTACKS } from './attacks/frames.js';
import { IDENTITY_ATTACKS } from './attacks/identity.js';
import { INSIDE_ATTACKS } from './attacks/inside.js';
import { PACKET_ATTACKS } from './attacks/packets.js';
import { REQUEST_ATTACKS } from './attacks/requests.js';
import type { Target } from './target.js';

export {
  type Attack,
  ENGINE,
  GENERATIONS,
  type Generation,
  NotApplicable,
  type Result,
  type Verdict,
} from './attack.js';
export { type Answer, Target } from './target.js';
export { Wire } from './wire.js';

/** All of them, by id. */
export const ATTACKS: readonly Attack[] = [
  ...IDENTITY_ATTACKS,
  ...REQUEST_ATTACKS,
  ...PACKET_ATTACKS,
  ...FRAME_ATTACKS,
  ...INSIDE_ATTACKS,
].sort((one, other) => one.id.localeCompare(other.id, 'en', { numeric: true }));

/** Tries one attack, and whether the server serves others afterwards. */
export async function attempt(attack: Attack, target: Target, generation: Generation): Promise<Result> {
  const { id } = attack;
  try {
    const problem = await attack.run(target, generation);
    if (problem !== undefined) return { id, generation, verdict: 'fell', detail: problem };
  } catch (error) {
    const detail = (error as Error).message;
    if (error instanceof NotApplicable) return { id, generation, verdict: 'not applicable', detail };
    return { id, generation, verdict: 'fell', detail };
  }
  if (await target.isAlive()) return { id, generation, verdict: 'withstood', detail: '' };
  return { id, generation, verdict: 'fell', detail: 'nobody is served afterwards' };
}
