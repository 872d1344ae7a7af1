import { ClientError, ConnectionRefused, event, Namespace, withSession } from '@sio/express';
import { z } from 'zod';

declare module 'express-session' {
  interface SessionData {
    name?: string;
    posts?: number;
  }
}

const Topic = z.string().min(1).max(40);
const Post = z.object({ topic: Topic, text: z.string().min(1).max(500) });

interface ServerEvents {
  posted: (from: string, text: string) => void;
}

export class Board extends Namespace<ServerEvents> {
  #name = '';

  onConnect() {
    const { name } = this.request.session;
    if (name === undefined) throw new ConnectionRefused('Log in first');
    this.#name = name;
  }

  onTopics() {
    return [...this.rooms].filter((room) => room !== this.id);
  }

  static events = {
    enter: event(Topic, async function (this: Board, topic) {
      await this.join(topic);
    }),

    post: event(Post, async function (this: Board, { topic, text }) {
      if (!this.rooms.has(topic)) throw new ClientError('not_in_topic', `Enter ${topic} first`);
      this.to(topic).emit('posted', this.#name, text);
      const posts = await withSession(this, (session) => {
        session.posts = (session.posts ?? 0) + 1;
        return session.posts;
      });
      return { posts };
    }),
  } as const;
}
