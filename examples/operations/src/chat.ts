import { ClientError, Namespace } from '@sio/express';

interface Events {
  said: (from: string, text: string) => void;
}

export class Chat extends Namespace<Events> {
  #name = '';

  async onConnect(auth: { name?: unknown }) {
    if (typeof auth.name !== 'string' || auth.name === '') throw new ClientError('name', 'Say who you are');
    this.#name = auth.name;
    // Makes a user findable on every server of a cluster.
    await this.join(['lobby', `user:${auth.name}`]);
  }

  async onSay(text: string) {
    // As long as a database takes.
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.to('lobby').emit('said', this.#name, text);
    return { delivered: true };
  }
}
