import type { ClientNamespace } from '@sio/client';
import { useEffect, useState, useSyncExternalStore } from 'react';

const noSubscription = () => () => {};

/**
 * Makes a client when the component is mounted and disconnects it when it goes. The component renders again on every
 * `client.changed()`, and when the client connects or disconnects. Undefined on a server and before the first effect.
 * @param create makes the client. @param key another key makes another client.
 */
export function useNamespace<Client extends ClientNamespace>(create: () => Client, key = ''): Client | undefined {
  const [client, setClient] = useState<Client>();
  // `create` is a new function at each rendering; the key alone says that another client is wanted.
  useEffect(() => {
    let made: Client | undefined;
    let isGone = false;
    // StrictMode mounts, unmounts and mounts again at once: only what stays makes a client.
    queueMicrotask(() => {
      if (isGone) return;
      made = create();
      setClient(made);
    });
    return () => {
      isGone = true;
      made?.disconnect();
      setClient(undefined);
    };
  }, [key]);
  const version = () => client?.version ?? -1;
  useSyncExternalStore(client === undefined ? noSubscription : client.subscribe, version, version);
  return client;
}
