import { ClientError } from '@sio/express';

export type Mark = 'X' | 'O';
export type Cell = Mark | '';

const LINES = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
  [0, 3, 6],
  [1, 4, 7],
  [2, 5, 8],
  [0, 4, 8],
  [2, 4, 6],
] as const;

/** A table as everybody sees it. */
export interface View {
  readonly cells: readonly Cell[];
  readonly turn: Mark;
  /** Undefined while the game goes on. */
  readonly result: Mark | 'draw' | undefined;
  readonly seats: Readonly<Record<Mark, 'free' | 'here' | 'away'>>;
  readonly spectators: number;
}

/** One table: who sits there, and the game. */
export class Table {
  #cells: Cell[] = Array(9).fill('');
  #turn: Mark = 'X';
  /** Ids of players, and how many connections each has. */
  readonly #seats = new Map<Mark, string>();
  readonly #connections = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#connections.size === 0;
  }

  /** Gives a player the seat that is theirs already, or a free one; undefined where both are taken. */
  enter(player: string): Mark | undefined {
    this.#connections.set(player, (this.#connections.get(player) ?? 0) + 1);
    const own = this.#markOf(player);
    const free = (['X', 'O'] as const).find((mark) => !this.#seats.has(mark));
    if (own === undefined && free !== undefined) this.#seats.set(free, player);
    return own ?? free;
  }

  leave(player: string): void {
    const left = (this.#connections.get(player) ?? 1) - 1;
    if (left > 0) this.#connections.set(player, left);
    else this.#connections.delete(player);
  }

  /** @throws ClientError for what the rules do not allow */
  play(player: string, cell: unknown): void {
    const mark = this.#markOf(player);
    if (mark === undefined) throw new ClientError('spectator', 'You are watching this game');
    if (this.#result !== undefined) throw new ClientError('over', 'The game is over');
    if (mark !== this.#turn) throw new ClientError('not_your_turn', 'It is not your turn');
    if (typeof cell !== 'number' || this.#cells[cell] !== '') throw new ClientError('taken', 'This square is taken');
    this.#cells[cell] = mark;
    this.#turn = mark === 'X' ? 'O' : 'X';
  }

  /** Begins a new game, when the last one is over. @throws ClientError before */
  again(player: string): void {
    if (this.#markOf(player) === undefined) throw new ClientError('spectator', 'You are watching this game');
    if (this.#result === undefined) throw new ClientError('not_over', 'The game is not over');
    this.#cells = Array(9).fill('');
  }

  view(): View {
    const seat = (mark: Mark) => {
      const player = this.#seats.get(mark);
      if (player === undefined) return 'free';
      return this.#connections.has(player) ? 'here' : 'away';
    };
    const players = [...this.#seats.values()].filter((player) => this.#connections.has(player)).length;
    return {
      cells: this.#cells,
      turn: this.#turn,
      result: this.#result,
      seats: { X: seat('X'), O: seat('O') },
      spectators: this.#connections.size - players,
    };
  }

  get #result(): View['result'] {
    const won = LINES.find(
      ([a, b, c]) => this.#cells[a] !== '' && this.#cells[a] === this.#cells[b] && this.#cells[a] === this.#cells[c],
    );
    if (won !== undefined) return this.#cells[won[0]] as Mark;
    return this.#cells.includes('') ? undefined : 'draw';
  }

  #markOf(player: string): Mark | undefined {
    return [...this.#seats].find(([, id]) => id === player)?.[0];
  }
}
