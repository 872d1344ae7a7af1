import type { ClientLike, HubLike } from '../contracts.js';
import type { RecoverySession } from '../recovery/recovery-session.js';

/** The parts that a socket is made from. */
export interface SocketInit {
  readonly hub: HubLike;
  readonly client: ClientLike;
  readonly auth: unknown;
  readonly id: string;
  readonly params: Readonly<Record<string, string>>;
  /** With state recovery, where the client can make use of it. */
  readonly session: RecoverySession | undefined;
}

let slot: SocketInit | undefined;

/**
 * Makes a socket with `create`. Classes of users have constructors of their own, so what the base needs waits in a slot
 * that only the hub fills, just before.
 * @throws whatever `create` throws.
 */
export function withSocketInit<T>(init: SocketInit, create: () => T): T {
  slot = init;
  try {
    return create();
  } finally {
    slot = undefined;
  }
}

/** @throws Error when no client is connecting. */
export function takeSocketInit(): SocketInit {
  const init = slot;
  slot = undefined;
  if (init === undefined) {
    throw new Error(
      'A namespace is made by the server when a client connects; do not construct it by hand. Register the class, or { class, create } when it needs arguments.',
    );
  }
  return init;
}
