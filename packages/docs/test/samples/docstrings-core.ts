import { args, ClientError, event, type Mixin, Namespace, on, returns, socketio } from '@sio/core';
import { z } from 'zod';

// #region
export interface Likes {
  likes: number;
}
export const Likes: Mixin<Namespace, Likes> = (Base) =>
  class extends Base {
    #likes = 0;
    get likes() {
      return this.#likes;
    }
    onLike() {
      return ++this.#likes;
    }
  };
// #endregion

// #region
class ChatNamespace extends Namespace {
  static events = {
    chat: event(z.string(), function (this: ChatNamespace, text) {
      return { length: text.length };
    }),
  } as const;
}
// #endregion

const users = { find: async (id: number) => ({ name: 'Ann', id }) };

class Everything extends Likes(ChatNamespace) {
  // #region
  @on('move', args(z.tuple([z.number(), z.number()])))
  onMove(x: number, y: number) {
    this.emit('moved', x, y);
  }
  // #endregion

  // #region
  @on('private message', z.object({ to: z.string(), text: z.string() }))
  deliver(message: { to: string; text: string }) {
    this.to(message.to).emit('private message', message.text);
  }
  // #endregion

  // #region
  @returns(z.object({ name: z.string() }))
  async onProfile(id: number) {
    return await users.find(id);
  }
  // #endregion

  onEnter() {
    // #region
    throw new ClientError('room_full', 'The room is full', { limit: 20 });
    // #endregion
  }
}

socketio({ '/chat': Everything }).listen(3000);
