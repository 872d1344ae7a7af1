import type { ClientNamespace } from '@sio/client';
import { onMounted, onScopeDispose, type ShallowRef, shallowRef, triggerRef } from 'vue';

/**
 * Makes a client when the component is mounted and disconnects it when its scope ends. Computed
 * values that read the reference follow every `client.changed()`, and its connecting and disconnecting. Undefined on a server and before the mount.
 */
export function useNamespace<Client extends ClientNamespace>(create: () => Client): ShallowRef<Client | undefined> {
  const client = shallowRef<Client>();
  let unsubscribe = () => {};
  onMounted(() => {
    client.value = create();
    unsubscribe = client.value.subscribe(() => triggerRef(client));
  });
  onScopeDispose(() => {
    unsubscribe();
    client.value?.disconnect();
  });
  return client;
}
