import { Namespace } from '@sio/framework';

interface ServerEvents {
  said: (from: string, text: string) => void;
}

/** One object for each client in `/chat`; a method for each event. */
export class Chat extends Namespace<ServerEvents> {
  name = 'guest';

  async onEnter(name: string) {
    this.name = name;
    await this.join('lobby');
  }

  /** The value that a method returns is the acknowledgement. */
  onSay(text: string) {
    this.to('lobby').emit('said', this.name, text);
    return { delivered: true };
  }
}
