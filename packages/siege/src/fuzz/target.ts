/** Something that reads input of strangers, and what must hold for whatever it is given. */
export interface Target {
  readonly name: string;
  /** Whether the input stands for bytes (one character each) instead of text. */
  readonly bytes: boolean;
  /** Well-formed inputs to begin with. */
  readonly seeds: readonly string[];
  /** Reads one input. @throws Error when something does not hold */
  run(input: string): void;
}

/** A promise of the code under test that it has not kept for one input. */
export class Broken extends Error {
  readonly target: string;
  readonly input: string;

  constructor(target: Target, input: string, cause: unknown) {
    super(`${target.name} fails for ${JSON.stringify(input)}: ${cause instanceof Error ? cause.stack : String(cause)}`);
    this.target = target.name;
    this.input = input;
  }
}
