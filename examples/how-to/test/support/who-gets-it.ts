/** One way to address clients, and what each of them gets. */
export interface Row {
  readonly way: string;
  /** `gets`, `answers` or nothing, in the order of {@link COLUMNS}. */
  readonly cells: readonly string[];
}

const COLUMNS = ['the caller (in tea)', 'in tea', 'in tea and cake', 'in cake', 'in no room', 'other namespace'];
const [LEFT, TOP, WIDTH, HEIGHT] = [350, 130, 62, 28];

const text = (x: number, y: number, words: string, more = '') => `<text x="${x}" y="${y}" ${more}>${words}</text>`;

/** A picture of the table: a full dot for a client that gets the event, a dot with a ring for one that also answers. */
export function draw(rows: readonly Row[]): string {
  const width = LEFT + COLUMNS.length * WIDTH + 70;
  const height = TOP + rows.length * HEIGHT + 50;
  const x = (column: number) => LEFT + column * WIDTH + WIDTH / 2;
  const y = (row: number) => TOP + row * HEIGHT + HEIGHT / 2;
  const dot = (cx: number, cy: number, kind: string) => {
    if (kind === '') return `<circle cx="${cx}" cy="${cy}" r="2" fill="#c4c8d0"/>`;
    const color = kind === 'answers' ? '#0a6c74' : '#3451b2';
    const ring = `<circle cx="${cx}" cy="${cy}" r="11" fill="none" stroke="${color}" stroke-width="2"/>`;
    return `<circle cx="${cx}" cy="${cy}" r="7" fill="${color}"/>${kind === 'answers' ? ring : ''}`;
  };
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    '<title>Which clients get an event, by the call that sends it</title>',
    `<rect width="${width}" height="${height}" rx="8" fill="#fff"/>`,
    ...COLUMNS.map((name, column) =>
      text(x(column) - 6, TOP - 12, name, `fill="#24292f" transform="rotate(-35 ${x(column) - 6} ${TOP - 12})"`),
    ),
    ...rows.flatMap(({ way, cells }, row) => [
      row % 2 === 0
        ? `<rect x="10" y="${TOP + row * HEIGHT}" width="${width - 20}" height="${HEIGHT}" fill="#f3f4f7"/>`
        : '',
      text(20, y(row) + 4, way.replaceAll('`', ''), 'fill="#24292f" font-family="monospace" font-size="12"'),
      ...cells.map((cell, column) => dot(x(column), y(row), cell)),
    ]),
    dot(30, height - 24, 'gets'),
    text(44, height - 20, 'gets the event', 'fill="#24292f"'),
    dot(180, height - 24, 'answers'),
    text(198, height - 20, 'gets it, and its answer is in the result', 'fill="#24292f"'),
    '</svg>',
  ];
  return `${parts.filter(Boolean).join('\n')}\n`;
}
