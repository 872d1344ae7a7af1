import { ClientError } from '@sio/express';

export type Mark = 'X' | 'O';
export type Cell = Mark | '';

const MARKS = ['X', 'O'] as const;
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
  /** Null while the game goes on. */
  readonly result: Mark | 'draw' | null;
  /** The three squares that won. */
  readonly line: readonly number[];
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

  /** One more connection of a player, who gets the seat of before or a free one; else they watch. */
  enter(player: string): void {
    this.#connections.set(player, (this.#connections.get(player) ?? 0) + 1);
    if (this.markOf(player) === null) this.#seat(player, (mark) => !this.#seats.has(mark));
  }

  /** Gives somebody who watches the seat of a player who is away. @throws ClientError while both are here */
  sit(player: string): void {
    if (this.markOf(player) !== null) throw new ClientError('seated', 'You have a seat already');
    this.#seat(player, (mark) => this.#stateOf(mark) !== 'here');
    if (this.markOf(player) === null) throw new ClientError('taken', 'Both players are here');
  }

  leave(player: string): void {
    const left = (this.#connections.get(player) ?? 1) - 1;
    if (left > 0) this.#connections.set(player, left);
    else this.#connections.delete(player);
  }

  /** @throws ClientError for what the rules do not allow */
  play(player: string, cell: unknown): void {
    const mark = this.markOf(player);
    if (mark === null) throw new ClientError('spectator', 'You are watching this game');
    if (this.#result !== null) throw new ClientError('over', 'The game is over');
    if (mark !== this.#turn) throw new ClientError('not_your_turn', 'It is not your turn');
    if (typeof cell !== 'number' || this.#cells[cell] !== '') throw new ClientError('taken', 'This square is taken');
    this.#cells[cell] = mark;
    this.#turn = mark === 'X' ? 'O' : 'X';
  }

  /** Begins a new game, when the last one is over. @throws ClientError before */
  again(player: string): void {
    if (this.markOf(player) === null) throw new ClientError('spectator', 'You are watching this game');
    if (this.#result === null) throw new ClientError('not_over', 'The game is not over');
    this.#cells = Array(9).fill('');
  }

  /** Null for somebody who watches. */
  markOf(player: string): Mark | null {
    return MARKS.find((mark) => this.#seats.get(mark) === player) ?? null;
  }

  view(): View {
    const seats = { X: this.#stateOf('X'), O: this.#stateOf('O') };
    const players = MARKS.filter((mark) => seats[mark] === 'here').length;
    return {
      cells: this.#cells,
      turn: this.#turn,
      result: this.#result,
      line: this.#line,
      seats,
      spectators: this.#connections.size - players,
    };
  }

  #seat(player: string, isFree: (mark: Mark) => boolean): void {
    const free = MARKS.find(isFree);
    if (free !== undefined) this.#seats.set(free, player);
  }

  #stateOf(mark: Mark): 'free' | 'here' | 'away' {
    const player = this.#seats.get(mark);
    if (player === undefined) return 'free';
    return this.#connections.has(player) ? 'here' : 'away';
  }

  get #line(): readonly number[] {
    const isOfOne = ([a, b, c]: (typeof LINES)[number]) =>
      this.#cells[a] !== '' && this.#cells[a] === this.#cells[b] && this.#cells[a] === this.#cells[c];
    return LINES.find(isOfOne) ?? [];
  }

  get #result(): View['result'] {
    const [square] = this.#line;
    if (square !== undefined) return this.#cells[square] as Mark;
    return this.#cells.includes('') ? null : 'draw';
  }
}
