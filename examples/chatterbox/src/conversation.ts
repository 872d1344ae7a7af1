import { type Hub, Namespace } from '@sio/core';
import { checkRoom, historyOf, type Line, ROOMS, remember } from './rooms.js';
import { checkLine } from './rules.js';

/** The events that the page receives. */
export interface ServerEvents {
  rooms: (names: readonly string[]) => void;
  /** The member who is logged in on this browser, or null. Only where names belong to sessions. */
  account: (name: string | null) => void;
  chat: (line: Line) => void;
  enter: (name: string) => void;
  exit: (name: string) => void;
  typing: (name: string, on: boolean) => void;
}

/** Somebody who is logged in; visitors have neither. */
export interface Person {
  name?: string;
  room?: string;
}

export const SYSTEM = 'SYSTEM';

/** The chat itself: one object per page, one method per event, and what a method returns is the page's acknowledgement. */
export class Conversation<Request> extends Namespace<ServerEvents, Record<never, never>, Person, Request> {
  onConnect() {
    this.emit('rooms', ROOMS);
  }

  onEnter(room: unknown) {
    return this.enter(this.data.name!, checkRoom(room));
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

  protected enter(name: string, room: string) {
    this.#exit();
    const people = namesIn(this.nsp, room);
    this.data = { name, room };
    this.join(room);
    if (!people.has(name)) this.to(room).emit('enter', name);
    return { name, room, people: [...people.add(name)], history: historyOf(room) };
  }

  #exit() {
    const { name, room } = this.data;
    if (!name || !room) return;
    this.leave(room);
    this.data = { name };
    // They may have another page open.
    if (!namesIn(this.nsp, room).has(name)) this.to(room).emit('exit', name);
  }
}

/** The members who are there, in the order of their arrival. */
function namesIn({ sockets }: Pick<Hub, 'sockets'>, room: string): Set<string> {
  return new Set([...sockets.values()].flatMap(({ data }) => (data.room === room && data.name ? [data.name] : [])));
}
