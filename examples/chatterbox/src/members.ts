import { ClientError, type Server } from '@sio/core';
import { Conversation } from './conversation.js';
import { claimName } from './names.js';

/** The chat of those who have logged in by HTTP: their name is in the framework's session. */
export abstract class MembersNamespace<Request> extends Conversation<Request> {
  /** The events that visitors may send: SYSTEM asks them to log in. */
  static acl = ['chat'];

  /** The name in the session of `this.request`. */
  protected abstract account(): string | undefined;

  override onConnect() {
    const name = this.account();
    if (name !== undefined) {
      this.data.name = name;
      this.acl.allow('enter', 'typing');
    }
    this.emit('account', name ?? null);
  }
}

/** The answer to a login form: the name, or why it is not available. */
export type Claim = { readonly name: string } | { readonly refused: string };

/**
 * Checks a name from the login form.
 * @param current the name they have so far, which they may of course keep
 */
export function claim(io: Server, wanted: unknown, current: string | undefined): Claim {
  const others = [...io.of('/chat').sockets.values()].filter(({ data }) => data.name !== current);
  try {
    return { name: claimName(others, wanted) };
  } catch (error) {
    if (error instanceof ClientError) return { refused: error.message };
    throw error;
  }
}
