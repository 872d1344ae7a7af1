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
/** Begins with something that can be seen. */
const NAME = /^[\p{L}\p{N}\p{S}\p{P}].{0,19}$/u;
const LONGEST = 500;

interface Person {
  readonly name: string;
  /** The id of the process that has the connection. */
  readonly process: number;
}

interface ServerEvents {
  line: (line: Line) => void;
  people: (people: readonly Person[]) => void;
}

function chatWith(history: History) {
  return class Chat extends Namespace<ServerEvents, Record<string, never>, Person> {
    onConnect({ name }: { name?: unknown }) {
      if (typeof name !== 'string' || !NAME.test(name)) throw new ConnectionRefused('Please tell your name');
      this.data = { name, process: process.pid };
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
        throw new ClientError('text', `Between 1 and ${LONGEST} characters, please`);
      const line = { name: this.data.name, text };
      // Kept first: no line is seen that a crash would lose.
      await history.add(line);
      this.nsp.emit('line', line);
    }

    private async tellPeople() {
      // Asks all processes.
      const sockets = await this.nsp.fetchSockets();
      const people = sockets.map(({ data }) => data).sort((a, b) => a.name.localeCompare(b.name));
      this.nsp.emit('people', people);
    }
  };
}

/** Starts one process of the chat. @param history stores messages. Default: nothing is stored */
export async function startChat(history = NOTHING): Promise<Served> {
  const publisher = createClient({ url: process.env.REDIS ?? 'redis://localhost:6379' });
  const subscriber = publisher.duplicate();
  for (const client of [publisher, subscriber]) {
    // It tries again by itself, also at the start.
    client.on('error', (error) => console.error(`Redis: ${error.code ?? error.message}. Is it running?`));
    await client.connect();
  }
  const pages = new URL('../public', import.meta.url);
  const ended = () => Promise.all([publisher.close(), subscriber.close(), history.close()]);
  // A question of the other process may come after the connections to Redis are closed; its answer's failure ends nothing.
  const adapter = createAdapter(contained(publisher), contained(subscriber));
  return serve({ '/chat': chatWith(history) }, { pages, ended, adapter });
}
