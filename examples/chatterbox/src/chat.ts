import { Conversation } from './conversation.js';
import { claimName } from './names.js';
import { checkRoom, ROOMS } from './rooms.js';

/** The chat of those who say their name on the socket itself, and need no account. */
export class ChatNamespace<Request> extends Conversation<Request> {
  /** The events that visitors may send before they log in. */
  static acl = ['login', 'chat'];

  /** Called again, it changes the name: the old one leaves and the new one enters. */
  onLogin(wanted: unknown, room?: unknown) {
    const others = [...this.nsp.sockets.values()].filter((socket) => socket !== (this as object));
    const name = claimName(others, wanted);
    const answer = this.enter(name, checkRoom(room ?? this.data.room ?? ROOMS[0]));
    this.acl.open();
    return answer;
  }
}
