/** Where to-dos are kept. */
export interface TodoStore {
  add(text: string): Promise<void>;
  all(): Promise<readonly string[]>;
}

/** The current time. */
export interface Clock {
  now(): Date;
}

/** Keeps them as long as the process runs. */
export class MemoryStore implements TodoStore {
  readonly #todos: string[] = [];

  async add(text: string): Promise<void> {
    this.#todos.push(text);
  }

  async all(): Promise<readonly string[]> {
    return this.#todos;
  }
}

export class SystemClock implements Clock {
  now(): Date {
    return new Date();
  }
}
