/** The results of a matrix of clients and features, to be read by people. */
export class ResultTable {
  readonly #features: readonly string[];
  readonly #rows = new Map<string, Map<string, string>>();

  constructor(features: readonly string[]) {
    this.#features = features;
  }

  #set(client: string, feature: string, mark: string): void {
    const row = this.#rows.get(client) ?? new Map<string, string>();
    this.#rows.set(client, row.set(feature, mark));
  }

  /** A client that cannot do it. */
  excuse(client: string, feature: string): void {
    this.#set(client, feature, '–');
  }

  async note(client: string, feature: string, played: Promise<void>): Promise<void> {
    this.#set(client, feature, '✗');
    await played;
    this.#set(client, feature, '✓');
  }

  print(): void {
    const width = Math.max(...[...this.#rows.keys()].map(({ length }) => length));
    const letters = this.#features.map((_, index) => String.fromCharCode(97 + index));
    const rows = [...this.#rows].map(([client, marks]) => {
      const cells = this.#features.map((feature) => marks.get(feature) ?? ' ');
      return `${client.padEnd(width)}  ${cells.join(' ')}`;
    });
    const legend = this.#features.map((name, index) => `${letters[index]}  ${name}`);
    process.stdout.write(`\n${[`${' '.repeat(width)}  ${letters.join(' ')}`, ...rows, '', ...legend].join('\n')}\n\n`);
  }
}
