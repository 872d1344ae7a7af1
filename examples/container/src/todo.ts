import { Namespace } from '@sio/core';
import type { Clock, TodoStore } from './services.js';

interface ServerEvents {
  added: (text: string, at: string) => void;
}

/** One client's view of a list. It knows only the interfaces of its services. */
export class TodoNamespace extends Namespace<ServerEvents> {
  readonly #store: TodoStore;
  readonly #clock: Clock;

  constructor({ store, clock }: { readonly store: TodoStore; readonly clock: Clock }) {
    super();
    this.#store = store;
    this.#clock = clock;
  }

  async onAdd(text: string) {
    await this.#store.add(text);
    this.nsp.emit('added', text, this.#clock.now().toISOString());
  }

  onList() {
    return this.#store.all();
  }
}
