import { acks, ClientError, ConnectionRefused, Namespace, type ServerOptions } from '@sio/core';
import { type Running, startServer } from '@sio/test-kit';

/** The events that the chat of these tests emits. */
export interface ChatEvents {
  said: (from: string, text: string) => void;
  'private message': (text: string) => void;
  ask: (question: string, answer: (reply: unknown) => void) => void;
}

/** The server side of the tests' clients. */
export class ChatNamespace extends Namespace<ChatEvents> {
  onConnect({ name }: { name?: string }) {
    if (name === 'mallory') throw new ConnectionRefused('not you', { code: 7 });
    this.data.name = name ?? 'guest';
  }

  onSay(text: string) {
    this.nsp.emit('said', this.data.name, text);
    return { delivered: true, length: text.length };
  }

  onNothing() {}

  onBoth(_first: number) {
    return acks('OK', 123);
  }

  onFail() {
    throw new ClientError('room_full', 'The room is full', { limit: 20 });
  }

  onSlow() {
    return new Promise<void>(() => {});
  }

  async onAskMe(question: string): Promise<unknown> {
    return this.emitWithAck('ask', question);
  }

  onBurst(count: number) {
    for (let i = 0; i < count; i++) this.emit('said', 'burst', String(i));
  }

  onWhisper(text: string) {
    this.emit('private message', text);
  }

  onKick() {
    this.disconnect();
  }

  onCut() {
    this.conn.close();
  }
}

export class NewsNamespace extends Namespace<{ headline: (text: string) => void }> {
  onPublish(text: string) {
    this.nsp.emit('headline', text);
    return text.length;
  }
}

/** Starts the chat at `/` and `/chat` and the news at `/news`; it ends with the test. */
export const startChat = (options: ServerOptions = {}): Promise<Running> =>
  startServer({ namespaces: { '/': ChatNamespace, '/chat': ChatNamespace, '/news': NewsNamespace }, ...options });
