import { type PlainMount, socketio } from '@sio/core';
import { makeContainer } from './container.js';
import { TodoNamespace } from './todo.js';

export { type Clock, MemoryStore, SystemClock, type TodoStore } from './services.js';
export { TodoNamespace } from './todo.js';

/** The application, not yet listening. */
export function createApp(): PlainMount {
  const container = makeContainer();
  return socketio({
    '/todo': { class: TodoNamespace, create: () => container.resolve('todo') },
  });
}
