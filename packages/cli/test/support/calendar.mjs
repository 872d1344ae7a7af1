// Namespaces whose document cannot be made as it is: their schema has no JSON Schema.
import { event, Namespace } from '@sio/core';

const date = {
  '~standard': {
    version: /** @type {const} */ (1),
    vendor: 'dates',
    validate: (/** @type {unknown} */ value) =>
      value instanceof Date ? { value } : { issues: [{ message: 'not a date' }] },
  },
};

class Calendar extends Namespace {
  static events = { enter: event(date, 'onEnter') };

  onEnter() {}
}

export const namespaces = { '/calendar': Calendar };
