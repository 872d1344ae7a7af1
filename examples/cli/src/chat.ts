import { type Emitted, Namespace, on, returns } from '@sio/express';
import { z } from 'zod';

const emits = { said: z.object({ from: z.string(), text: z.string() }) };

export class Chat extends Namespace<Emitted<typeof emits>> {
  static emits = emits;

  @on('join', z.string())
  enter(room: string) {
    return this.join(room);
  }

  @on('say', z.string().max(500))
  @returns(z.object({ delivered: z.boolean() }))
  say(text: string) {
    this.to('lobby').emit('said', { from: this.id, text });
    return { delivered: true };
  }
}

export const namespaces = { '/chat': Chat };
