import type { Attack } from './attacks.js';
import { Victim } from './victim.js';

/** The server's memory at one moment of an attack; both in megabytes. */
export interface Sample {
  readonly sent: number;
  readonly rss: number;
}

/** How an attack went. */
export interface Result {
  /** From the moment before it on, a sample for each wave that the server has lived through. */
  readonly curve: readonly Sample[];
  readonly hasEnded: boolean;
  /** Megabytes by which the server has grown at most. */
  readonly growth: number;
}

/**
 * Attacks a server.
 * @param core URL of the core's `index.js`
 * @param waves of the attack
 */
export async function measure(attack: Attack, core: URL, waves: number = attack.waves): Promise<Result> {
  const victim = await Victim.start(core, attack.name);
  const read = async () => (await victim.figures())?.read ?? Number.POSITIVE_INFINITY;
  const curve: Sample[] = [{ sent: 0, rss: (await victim.figures())?.rss ?? 0 }];
  let sent = 0;
  const run = attack.run(victim.port, read);
  try {
    for (let wave = 0; wave < waves; wave++) {
      const next = await run.next();
      if (next.done === true) break;
      sent += next.value.sent / 2 ** 20;
      const figures = await victim.figures();
      if (figures === undefined) break;
      curve.push({ sent, rss: figures.rss });
    }
  } catch {
    // The server has ended in the middle of a wave: its figures say so.
  }
  const hasEnded = (await victim.figures()) === undefined;
  victim.stop();
  return { curve, hasEnded, growth: Math.max(...curve.map(({ rss }) => rss)) - curve[0]!.rss };
}

const WIDTH = 50;

/** A result as lines of text. */
export function drawn({ title, bound }: Attack, { curve, hasEnded, growth }: Result): string {
  const most = Math.max(...curve.map(({ rss }) => rss));
  const lines = curve.map(({ sent, rss }) => {
    const bar = '#'.repeat(Math.round((rss / most) * WIDTH));
    return `${sent.toFixed(0).padStart(6)} MB sent ${rss.toFixed(0).padStart(6)} MB resident  ${bar}`;
  });
  const end = hasEnded ? 'the process has ended' : `grown by ${growth.toFixed(0)} MB of at most ${bound} MB`;
  return [title, ...lines, `=> ${end}`, ''].join('\n');
}
