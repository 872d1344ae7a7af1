import { serve } from '@sio/example-shared';
import { ConnectionRefused, Namespace } from '@sio/express';
import { type Mark, Table, type View } from './game.js';

interface ServerEvents {
  /** The mark that this client plays; null for a spectator. */
  seat: (mark: Mark | null) => void;
  table: (view: View) => void;
}

const tables = new Map<string, Table>();
/** The largest number of open tables, because clients choose their names. */
const MOST_TABLES = 1000;
const NAME = /^[\w-]{1,40}$/;

class TicTacToe extends Namespace<ServerEvents> {
  #player = '';
  #name = '';
  #table!: Table;

  async onConnect({ player, table }: { player?: unknown; table?: unknown }) {
    if (typeof player !== 'string' || !NAME.test(player)) throw new ConnectionRefused('A player needs an id');
    if (typeof table !== 'string' || !NAME.test(table)) throw new ConnectionRefused('No such table');
    if (!tables.has(table) && tables.size >= MOST_TABLES) throw new ConnectionRefused('All tables are taken');
    this.#table = tables.get(table) ?? new Table();
    tables.set(table, this.#table);
    this.#player = player;
    this.#name = table;
    this.#table.enter(player);
    await this.join(table);
  }

  onReady() {
    this.#tellSeat();
    this.#show();
  }

  onSit() {
    this.#table.sit(this.#player);
    this.#tellSeat();
    this.#show();
  }

  onPlay(cell: number) {
    this.#table.play(this.#player, cell);
    this.#show();
  }

  onAgain() {
    this.#table.again(this.#player);
    this.#show();
  }

  onDisconnect() {
    this.#table.leave(this.#player);
    if (this.#table.isEmpty) tables.delete(this.#name);
    else this.#show();
  }

  #tellSeat() {
    this.emit('seat', this.#table.markOf(this.#player));
  }

  #show() {
    this.nsp.to(this.#name).emit('table', this.#table.view());
  }
}

const { url } = await serve({ '/tic-tac-toe': TicTacToe }, { pages: new URL('../public', import.meta.url) });
console.log(`Tic-tac-toe: ${url}`);
