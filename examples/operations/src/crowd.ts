import { ClientNamespace } from '@sio/client';
import type { Chat } from './chat.js';

const NAMES = ['ada', 'ben', 'cleo', 'dan', 'eva', 'finn', 'gina', 'hugo', 'ines', 'jan'];

/** A guest who sends messages. Its task ends with the client. */
class Guest extends ClientNamespace<typeof Chat> {
  static override readonly namespace = '/chat';
  heard = 0;

  onConnect() {
    this.spawn(async () => {
      while (this.connected) {
        await this.call('say', `I have heard ${this.heard}`);
        await this.sleep(500 + Math.random() * 1000);
      }
    });
  }

  onSaid(_from: string, _text: string) {
    this.heard++;
  }

  /** The server closes, or an operator has pressed "Disconnect". */
  onError() {}
}

/** Connects guests to a server. @returns a function that disconnects them */
export function startCrowd(url: string): () => void {
  const guests = NAMES.map((name) => new Guest(url, { auth: { name } }));
  return () => {
    for (const guest of guests) guest.disconnect();
  };
}
