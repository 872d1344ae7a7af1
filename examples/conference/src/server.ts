import { serve } from '@sio/example-shared';
import { ClientError, ConnectionRefused, Namespace } from '@sio/express';

const TALKS: Readonly<Record<string, string>> = {
  opening: 'Opening words',
  sockets: 'Sockets in the real world',
  types: 'Types from end to end',
  lunch: 'Lunch',
};
/** Begins with something that can be seen. */
const NAME = /^[\p{L}\p{N}\p{S}\p{P}].{0,19}$/u;
const LONGEST = 2000;
/** The number of messages of a talk that a new client gets. */
const KEPT = 50;

interface Line {
  readonly name: string;
  readonly text: string;
}

interface ServerEvents {
  line: (line: Line) => void;
  people: (names: readonly string[]) => void;
}

const lines = new Map<string, Line[]>(Object.keys(TALKS).map((talk) => [talk, []]));

class Talk extends Namespace<ServerEvents, Record<string, never>, { name: string }> {
  onConnect({ name }: { name?: unknown }) {
    if (!Object.hasOwn(TALKS, this.params.talk as string))
      throw new ConnectionRefused('This talk is not in the programme');
    if (typeof name !== 'string' || !NAME.test(name)) throw new ConnectionRefused('Please tell your name');
    this.data.name = name;
  }

  onReady() {
    return this.#tellPeople();
  }

  onDisconnect() {
    return this.#tellPeople();
  }

  onRead() {
    return this.#lines;
  }

  onSay(text: unknown) {
    if (typeof text !== 'string' || text.trim() === '' || text.length > LONGEST)
      throw new ClientError('text', `Between 1 and ${LONGEST} characters, please`);
    const line = { name: this.data.name, text };
    this.#lines.push(line);
    if (this.#lines.length > KEPT) this.#lines.shift();
    this.nsp.emit('line', line);
  }

  get #lines(): Line[] {
    return lines.get(this.params.talk as string) as Line[];
  }

  async #tellPeople() {
    const sockets = await this.nsp.fetchSockets();
    this.nsp.emit('people', [...new Set(sockets.map(({ data }) => data.name))].sort());
  }
}

const { url } = await serve(
  { '/talks/:talk': Talk },
  {
    pages: new URL('../public', import.meta.url),
    routes: (app) => app.get('/programme', (_req, res) => void res.json(TALKS)),
  },
);
console.log(`Conference: ${url}`);
