/** The tests' requests to clients that live elsewhere: in a page, or in another language. */
export type Order = ConnectOrder | EmitOrder | AnswerOrder | LeaveOrder;

export interface ConnectOrder {
  readonly do: 'connect';
  readonly client: number;
  readonly url: string;
  readonly options: { readonly transports?: string[]; readonly [name: string]: unknown };
}

export interface EmitOrder {
  readonly do: 'emit';
  readonly client: number;
  readonly args: unknown[];
  /** An acknowledgement is wanted, and told under this number. */
  readonly ask?: number;
}

export interface AnswerOrder {
  readonly do: 'answer';
  /** The number of what was asked. */
  readonly answer: number;
  readonly args: unknown[];
}

export interface LeaveOrder {
  readonly do: 'leave';
  readonly client: number;
}

/** An occurrence there: an event, or the acknowledgement number `asked`. */
export interface News {
  readonly client: number;
  readonly event?: string;
  readonly asked?: number;
  readonly args: unknown[];
}
