import { asClass, createContainer } from 'awilix';
import { MemoryStore, SystemClock } from './services.js';
import { TodoNamespace } from './todo.js';

/** One store and one clock for all, a namespace for each client. */
export function makeContainer() {
  return createContainer<{ store: MemoryStore; clock: SystemClock; todo: TodoNamespace }>().register({
    store: asClass(MemoryStore).singleton(),
    clock: asClass(SystemClock).singleton(),
    todo: asClass(TodoNamespace).transient(),
  });
}
