import { type Served, serve } from '@sio/example-shared';
import { ClientError, ConnectionRefused, contained, Namespace } from '@sio/express';
import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';

export interface Line {
  readonly name: string;
  readonly text: string;
}

/** Stores messages. */
export interface History {
  add(line: Line): Promise<void>;
  /** The latest lines, oldest first. */
  recent(): Promise<readonly Line[]>;
  close(): Promise<void>;
}

const NOTHING: History = { add: async () => {}, recent: async () => [], close: async () => {} };
const LONGEST = 500;

interface ServerEvents {
  line: (line: Line) => void;
  people: (names: readonly string[]) => void;
}

function chatWith(history: History) {
  return class Chat extends Namespace<ServerEvents, Record<string, never>, { name: string }> {
    onConnect({ name }: { name?: unknown }) {
      if (typeof name !== 'string' || !/^\S.{0,19}$/.test(name)) throw new ConnectionRefused('Please tell your name');
      this.data.name = name;
    }

    onReady() {
      return this.tellPeople();
    }

    onDisconnect() {
      return this.tellPeople();
    }

    onRead() {
      return history.recent();
    }

    async onSay(text: unknown) {
      if (typeof text !== 'string' || text.trim() === '' || text.length > LONGEST)
        throw new ClientError('text', 'Say something shorter');
      const line = { name: this.data.name, text };
      // Kept first: no line is seen that a crash would lose.
      await history.add(line);
      this.nsp.emit('line', line);
    }

    private async tellPeople() {
      const sockets = await this.nsp.fetchSockets();
      this.nsp.emit('people', [...new Set(sockets.map(({ data }) => data.name))].sort());
    }
  };
}

/** Starts one process of the chat. @param history stores messages. Default: nothing is stored */
export async function startChat(history = NOTHING): Promise<Served> {
  const publisher = createClient({ url: process.env.REDIS ?? 'redis://localhost:6379' });
  const subscriber = publisher.duplicate();
  for (const client of [publisher, subscriber]) {
    client.on('error', (error) => console.error('Redis:', error.message));
    await client.connect();
  }
  const pages = new URL('../public', import.meta.url);
  const ended = () => Promise.all([publisher.close(), subscriber.close(), history.close()]);
  // A question of the other process may come after the connections to Redis are closed; its answer's failure ends nothing.
  const adapter = createAdapter(contained(publisher), contained(subscriber));
  return serve({ '/chat': chatWith(history) }, { pages, ended, adapter });
}
