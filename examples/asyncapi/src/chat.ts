import { type Emitted, Namespace, on, returns } from '@sio/express';
import { z } from 'zod';

const emits = { said: z.object({ from: z.string(), text: z.string(), at: z.number() }) };

/** Version 2 of the chat. Version 1, in published.json, took longer messages and had the event `shout`. */
export class Chat extends Namespace<Emitted<typeof emits>> {
  static emits = emits;
  static acl = ['say'];

  @on('say', z.string().max(500))
  @returns(z.object({ delivered: z.boolean() }))
  say(text: string) {
    this.nsp.emit('said', { from: this.id, text, at: Date.now() });
    return { delivered: true };
  }

  @on('ban', z.object({ name: z.string() }))
  ban() {}
}
