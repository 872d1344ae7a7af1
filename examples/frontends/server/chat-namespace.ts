import { Namespace } from '@sio/core';

interface ChatEvents {
  said: (id: number, text: string) => void;
}

let lines = 0;

/** The server's side: `/chat` of every front end. */
export class ChatNamespace extends Namespace<ChatEvents> {
  onSay(text: string) {
    this.nsp.emit('said', ++lines, text);
    return { delivered: true };
  }
}
