import { ClientError, Namespace } from '@sio/express';
import { checkRoom, historyOf, type Line, ROOMS, remember } from './rooms.js';
import { checkLine, checkName } from './rules.js';

/** What the page is told. */
interface ServerEvents {
  rooms: (names: readonly string[]) => void;
  chat: (line: Line) => void;
  enter: (name: string) => void;
  exit: (name: string) => void;
  typing: (name: string, on: boolean) => void;
}

/** Somebody who is logged in; visitors have neither. */
interface Person {
  name?: string;
  room?: string;
}

const SYSTEM = 'SYSTEM';

/** The chat: one object per page, one method per event, and what a method returns is the page's acknowledgement. */
export class ChatNamespace extends Namespace<ServerEvents, Record<never, never>, Person> {
  /** What visitors may call before they log in. */
  static acl = ['login', 'chat'];

  onConnect() {
    this.emit('rooms', ROOMS);
  }

  /** Called again, it changes the name: the old one leaves and the new one enters. */
  onLogin(wanted: unknown, room?: unknown) {
    const name = checkName(wanted);
    if (this.#isTaken(name))
      throw new ClientError('name_taken', `${name} is already here. Please choose another name.`);
    const answer = this.#enter(name, checkRoom(room ?? this.data.room ?? ROOMS[0]));
    this.acl.open();
    return answer;
  }

  onEnter(room: unknown) {
    return this.#enter(this.data.name!, checkRoom(room));
  }

  onChat(text: unknown) {
    const { name, room } = this.data;
    if (!name || !room) {
      this.emit('chat', { from: SYSTEM, text: 'You must first login', at: Date.now() });
      return { delivered: false };
    }
    const line = { from: name, text: checkLine(text), at: Date.now() };
    remember(room, line);
    this.nsp.to(room).emit('chat', line);
    return { delivered: true };
  }

  onTyping(on: unknown) {
    this.to(this.data.room!).emit('typing', this.data.name!, on === true);
  }

  onDisconnect() {
    this.#exit();
  }

  #enter(name: string, room: string) {
    this.#exit();
    this.data = { name, room };
    this.join(room);
    this.to(room).emit('enter', name);
    return { name, room, people: this.#namesIn(room), history: historyOf(room) };
  }

  #exit() {
    const { name, room } = this.data;
    if (!name || !room) return;
    this.leave(room);
    this.to(room).emit('exit', name);
  }

  #namesIn(room: string) {
    return [...this.nsp.sockets.values()].flatMap(({ data }) => (data.room === room && data.name ? [data.name] : []));
  }

  #isTaken(name: string) {
    const others = [...this.nsp.sockets.values()].filter((socket) => socket !== this);
    return [SYSTEM, ...others.map(({ data }) => data.name ?? '')].some((taken) => same(taken, name));
  }
}

function same(one: string, other: string) {
  return one.localeCompare(other, 'en', { sensitivity: 'accent' }) === 0;
}
