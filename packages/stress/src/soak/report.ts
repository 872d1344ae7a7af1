import { growth, type Sample } from './sample.js';
import type { SoakResult } from './soak.js';

const [WIDTH, HEIGHT, MARGIN] = [800, 300, 40];
const MEGABYTE = 2 ** 20;

/** The heap over time, as SVG. */
export function graph(samples: readonly Sample[]): string {
  const last = samples.at(-1)?.seconds ?? 1;
  const top = Math.max(...samples.map(({ heap }) => heap)) * 1.2;
  const x = (seconds: number) => Math.round(MARGIN + (seconds / last) * (WIDTH - 2 * MARGIN));
  const y = (heap: number) => Math.round(HEIGHT - MARGIN - (heap / top) * (HEIGHT - 2 * MARGIN));
  const points = samples.map(({ seconds, heap }) => `${x(seconds)},${y(heap)}`).join(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12">`,
    '<title>Heap when everybody has left</title>',
    '<rect width="100%" height="100%" fill="white"/>',
    `<path d="M${MARGIN} ${MARGIN}V${HEIGHT - MARGIN}H${WIDTH - MARGIN}" fill="none" stroke="black"/>`,
    `<polyline points="${points}" fill="none" stroke="steelblue" stroke-width="2"/>`,
    `<text x="${MARGIN}" y="${MARGIN - 10}">Heap when everybody has left: up to ${(top / 1.2 / MEGABYTE).toFixed(1)} MB</text>`,
    `<text x="${WIDTH - MARGIN}" y="${HEIGHT - 15}" text-anchor="end">${last} s</text>`,
    '</svg>\n',
  ].join('\n');
}

function total(resources: Sample['resources']): number {
  return Object.values(resources).reduce((sum, count) => sum + count, 0);
}

/** The report in Markdown. */
export function report({ tally, samples, before }: SoakResult): string {
  const [first, last] = [samples[Math.floor(samples.length / 4)] as Sample, samples.at(-1) as Sample];
  const row = (name: string, sample: Sample) =>
    `| ${name} | ${sample.seconds} s | ${(sample.heap / MEGABYTE).toFixed(1)} MB | ${total(sample.resources)} | ${sample.sessions} | ${sample.sockets} | ${sample.rooms} |`;
  return `# Soak

${tally.visits} visits of clients 0.9, 2.5 and 4.8 over WebSocket, polling and upgrade; ${tally.answers} acknowledgements, ${tally.failures} handlers that failed
on request, ${tally.lost} visits that ended before their time. Before anybody came there were ${total(before)} handles and timers. The heap grew by ${Math.round(growth(samples))} bytes
for each visit. Node ${process.version}.

| When everybody had left | after | heap | handles and timers | sessions | sockets | rooms |
|---|---|---|---|---|---|---|
${row('after a quarter of the waves', first)}
${row('at the end', last)}

![Heap](soak.svg)
`;
}
