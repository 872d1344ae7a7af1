import { APPS, type MakeApp } from '../servers/apps.js';
import { Harness } from '../servers/harness.js';
import { PIECES, SEEDS } from '../servers/seeds.js';
import { Broken, type CrowdTarget } from '../target.js';

/** How many attackers come at a time. */
const CROWD = 24;

/** Whole servers on TCP, one per framework. */
export function serverTargets(): CrowdTarget[] {
  return Object.entries(APPS).map(([name, makeApp]) => new ServerTarget(`a server on ${name}`, makeApp));
}

export class ServerTarget implements CrowdTarget {
  readonly name: string;
  readonly bytes = true;
  readonly seeds = SEEDS;
  readonly pieces = PIECES;
  readonly maxLength = 4000;
  readonly #makeApp: MakeApp;
  readonly #patience: number;
  #harness: Harness | undefined = undefined;

  /** @param patience time (ms) after which something has not happened */
  constructor(name: string, makeApp: MakeApp, patience = 5000) {
    this.name = name;
    this.#makeApp = makeApp;
    this.#patience = patience;
  }

  async runAll(inputs: readonly string[]): Promise<void> {
    for (let at = 0; at < inputs.length; at += CROWD) {
      const crowd = inputs.slice(at, at + CROWD);
      const failure = await this.#failureOf(crowd);
      if (failure !== undefined) throw await this.#blame(crowd, failure);
    }
  }

  /** Which of the inputs it was, or all of them if none does it alone. */
  async #blame(crowd: readonly string[], failure: unknown): Promise<Broken> {
    if (crowd.length === 1) return new Broken(this, crowd[0] as string, failure);
    for (const input of crowd) {
      const alone = await this.#failureOf([input]);
      if (alone !== undefined) return new Broken(this, input, alone);
    }
    return new Broken(this, crowd.join(' and at the same time '), failure);
  }

  async #failureOf(crowd: readonly string[]): Promise<unknown> {
    this.#harness ??= await Harness.open(this.#makeApp, this.#patience);
    try {
      await this.#harness.suffer(crowd);
      return undefined;
    } catch (error) {
      // Nothing that is found from here on would say anything.
      await this.close().catch(() => {});
      return error;
    }
  }

  async close(): Promise<void> {
    const harness = this.#harness;
    this.#harness = undefined;
    await harness?.close();
  }
}
