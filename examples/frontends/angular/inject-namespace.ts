import { afterNextRender, DestroyRef, inject, type Signal, signal } from '@angular/core';
import type { ClientNamespace } from '@sio/client';

/**
 * Makes a client after the first rendering in a browser and disconnects it when the component goes. Readers of the signal follow
 * every `client.changed()`, and its connecting and disconnecting. Undefined on a server and before the first rendering.
 */
export function injectNamespace<Client extends ClientNamespace>(create: () => Client): Signal<Client | undefined> {
  // The client stays the same object while its state changes.
  const client = signal<Client | undefined>(undefined, { equal: () => false });
  const component = inject(DestroyRef);
  afterNextRender(() => {
    const made = create();
    client.set(made);
    const unsubscribe = made.subscribe(() => client.set(made));
    component.onDestroy(() => {
      unsubscribe();
      made.disconnect();
    });
  });
  return client.asReadonly();
}
