import type { ClientNamespace } from '@sio/client';
import { onMount } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';

/**
 * Makes a client when the component is mounted and disconnects it when it goes. Readers of `current` follow every
 * `client.changed()`, and its connecting and disconnecting. Undefined on a server and before the mount.
 */
export function useNamespace<Client extends ClientNamespace>(create: () => Client) {
  let client: Client | undefined;
  let update = () => {};
  const follow = createSubscriber((changed) => {
    update = changed;
  });
  onMount(() => {
    const made = create();
    client = made;
    const unsubscribe = made.subscribe(() => update());
    update();
    return () => {
      unsubscribe();
      made.disconnect();
    };
  });
  return {
    get current(): Client | undefined {
      follow();
      return client;
    },
  };
}
