type Values = Record<string, unknown>;

/** Sessions in memory, as koa-session wants its store. An app on several servers would take Redis. */
export class MemoryStore {
  readonly #sessions = new Map<string, Values>();

  async get(id: string): Promise<Values | undefined> {
    return structuredClone(this.#sessions.get(id));
  }

  async set(id: string, values: Values): Promise<void> {
    this.#sessions.set(id, structuredClone(values));
  }

  async destroy(id: string): Promise<void> {
    this.#sessions.delete(id);
  }
}
