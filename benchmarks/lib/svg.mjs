/** Colours that tell the servers apart on white and on black. */
const COLOURS = ['#d9822b', '#8a9ba8', '#2f80c2'];
const TEXT = '#70808c';
const FONT = 'font-family="system-ui,sans-serif" font-size="13"';
const WIDTH = 760;

/** @param {string | number} text */
const escaped = (text) => String(text).replace(/[<>&]/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[c] ?? c);

/** @param {number} value */
const number = (value) => Number(value.toFixed(1));

/**
 * @param {string} title
 * @param {number} height
 * @param {string[]} parts
 */
const svg = (title, height, parts) =>
  `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" ${FONT}>`,
    `<title>${escaped(title)}</title>`,
    `<text x="10" y="20" fill="${TEXT}" font-weight="600">${escaped(title)}</text>`,
    ...parts,
    '</svg>',
  ].join('\n')}\n`;

/**
 * @param {number} x
 * @param {number} y
 * @param {string | number} text
 * @param {string} [anchor]
 * @param {string} [fill]
 */
const label = (x, y, text, anchor = 'start', fill = TEXT) =>
  `<text x="${number(x)}" y="${number(y)}" text-anchor="${anchor}" fill="${fill}">${escaped(text)}</text>`;

/** @typedef {{ label: string, floor: number | undefined, value: number | undefined, goal: number | undefined }} Bar */

/**
 * Horizontal bars from 0 to 1; a grey mark is the floor, a line the goal.
 * @param {string} title
 * @param {Bar[]} bars
 */
export function drawBars(title, bars) {
  const left = 160;
  const scale = (/** @type {number} */ value) => left + value * (WIDTH - left - 60);
  const step = 30;
  const top = 44;
  const bottom = top + bars.length * step;
  const parts = [0.25, 0.5, 0.75, 1].flatMap((at) => [
    `<line x1="${number(scale(at))}" x2="${number(scale(at))}" y1="${top - 8}" y2="${bottom}" stroke="${TEXT}" stroke-opacity=".25"/>`,
    label(scale(at), bottom + 18, at, 'middle'),
  ]);
  for (const [index, bar] of bars.entries()) {
    const y = top + index * step;
    parts.push(label(left - 10, y + 13, bar.label, 'end'));
    if (bar.value === undefined) continue;
    parts.push(
      `<rect x="${left}" y="${y}" width="${number(scale(bar.value) - left)}" height="18" rx="2" fill="${COLOURS[2]}"/>`,
    );
    parts.push(label(scale(Math.max(bar.value, bar.goal ?? 0)) + 8, y + 13, bar.value.toFixed(2)));
    if (bar.floor !== undefined)
      parts.push(
        `<rect x="${left}" y="${y + 12}" width="${number(scale(bar.floor) - left)}" height="6" fill="${COLOURS[1]}"/>`,
      );
    if (bar.goal !== undefined)
      parts.push(
        `<line x1="${number(scale(bar.goal))}" x2="${number(scale(bar.goal))}" y1="${y - 3}" y2="${y + 21}" stroke="${COLOURS[0]}" stroke-width="2.5"/>`,
      );
  }
  const key = bottom + 42;
  parts.push(
    `<rect x="${left}" y="${key - 10}" width="14" height="10" fill="${COLOURS[2]}"/>`,
    label(left + 20, key, 'sio'),
    `<rect x="${left + 80}" y="${key - 7}" width="14" height="6" fill="${COLOURS[1]}"/>`,
    label(left + 100, key, 'floor'),
    `<line x1="${left + 170}" x2="${left + 170}" y1="${key - 13}" y2="${key + 2}" stroke="${COLOURS[0]}" stroke-width="2.5"/>`,
    label(left + 178, key, 'goal'),
  );
  return svg(title, key + 14, parts);
}

/** @typedef {{ name: string, values: number[] }} Series */

/**
 * Curves over steps that grow by about the same factor.
 * @param {string} title
 * @param {string} axis
 * @param {string} unit
 * @param {string[]} labels of the steps
 * @param {Series[]} series
 */
export function drawCurves(title, axis, unit, labels, series) {
  const [left, right, top, bottom] = [70, WIDTH - 120, 44, 260];
  const known = series.flatMap(({ values }) => values.filter(Number.isFinite));
  const max = Math.max(...known, Number.MIN_VALUE) * 1.1;
  const x = (/** @type {number} */ step) =>
    left + (labels.length < 2 ? 0 : (step / (labels.length - 1)) * (right - left));
  const y = (/** @type {number} */ value) => bottom - (value / max) * (bottom - top);
  const parts = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<line x1="${left}" x2="${right}" y1="${number(y(share * max))}" y2="${number(y(share * max))}" stroke="${TEXT}" stroke-opacity=".25"/>`,
    label(left - 8, y(share * max) + 4, (share * max).toPrecision(2), 'end'),
  ]);
  parts.push(label(left - 8, top - 8, unit, 'end'), label((left + right) / 2, bottom + 42, axis, 'middle'));
  for (const [step, text] of labels.entries()) parts.push(label(x(step), bottom + 20, text, 'middle'));
  for (const [index, { name, values }] of series.entries()) {
    const points = values.flatMap((value, step) =>
      Number.isFinite(value) ? [`${number(x(step))},${number(y(value))}`] : [],
    );
    const colour = COLOURS[index];
    parts.push(`<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2.5"/>`);
    for (const point of points) {
      const [cx, cy] = point.split(',');
      parts.push(`<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`);
    }
    const last = Number(points.at(-1)?.split(',')[1] ?? bottom);
    parts.push(label(right + 10, last + 4 + index * 0, name, 'start', colour));
  }
  return svg(title, bottom + 56, parts);
}
