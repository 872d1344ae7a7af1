import type { Namespaces, ServerOptions } from '@sio/core';
import { startServer } from '@sio/test-kit';

export { type Running, startServer } from '@sio/test-kit';
export const startClasses = (namespaces: Namespaces, options: ServerOptions = {}) =>
  startServer({ ...options, namespaces });
