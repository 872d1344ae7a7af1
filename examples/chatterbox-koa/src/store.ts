type Values = Record<string, unknown>;

/** A store for koa-session that keeps sessions in memory. An app on several servers would use Redis. */
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
