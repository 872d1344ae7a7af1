/** A target and the inputs that it is tried with. */
export interface Fodder {
  readonly name: string;
  /** Whether the input stands for bytes (one character each) instead of text. */
  readonly bytes: boolean;
  /** Well-formed inputs to begin with. */
  readonly seeds: readonly string[];
  /** Words for inputs of this target, beside those for all targets. */
  readonly pieces?: readonly string[];
  /** Characters of the longest input. */
  readonly maxLength?: number;
}

/** Something that reads input of strangers, and what must hold for whatever it is given. */
export interface Target extends Fodder {
  /** Reads one input. @throws Error when something does not hold */
  run(input: string): void;
}

/** Something that reads inputs from many at a time. */
export interface CrowdTarget extends Fodder {
  /** Rejects with {@link Broken} for an input with which something does not hold. */
  runAll(inputs: readonly string[]): Promise<void>;
  /** Rejects when something is left behind. */
  close(): Promise<void>;
}

/** A promise of the code under test that it has not kept for one input. */
export class Broken extends Error {
  readonly target: string;
  readonly input: string;

  constructor(target: Fodder, input: string, cause: unknown) {
    super(`${target.name} fails for ${JSON.stringify(input)}: ${cause instanceof Error ? cause.stack : String(cause)}`);
    this.target = target.name;
    this.input = input;
  }
}
