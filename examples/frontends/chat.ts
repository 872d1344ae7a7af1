import { ClientNamespace, type Handlers } from '@sio/client';
import type { ChatNamespace } from './server/chat-namespace';

export interface Line {
  readonly id: number;
  readonly text: string;
}

/** The chat as a component shows it. */
export class Chat extends ClientNamespace<typeof ChatNamespace> implements Handlers<typeof ChatNamespace> {
  static override readonly namespace = '/chat';
  said: readonly Line[] = [];

  onSaid(id: number, text: string) {
    this.said = [...this.said, { id, text }];
    // Components show the new state.
    this.changed();
  }
}
