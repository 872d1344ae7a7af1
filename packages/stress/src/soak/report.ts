import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { growth, type Sample } from './sample.js';
import type { SoakResult } from './soak.js';

const MEGABYTE = 2 ** 20;

/** The heap over time, as SVG. */
export async function graph(samples: readonly Sample[]): Promise<string> {
  const { spec } = compile({
    title: 'Heap after every client has left',
    width: 720,
    height: 220,
    background: 'white',
    data: { values: samples.map(({ seconds, heap }) => ({ seconds, heap: heap / MEGABYTE })) },
    mark: 'line',
    encoding: {
      x: { field: 'seconds', type: 'quantitative', title: 'seconds' },
      y: { field: 'heap', type: 'quantitative', title: 'MB' },
    },
  });
  return `${await new View(parse(spec), { renderer: 'none' }).toSVG()}\n`;
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
on request, ${tally.lost} visits that ended before their time. Before the first client there were ${total(before)} handles and timers. The heap grew by ${Math.round(growth(samples))} bytes
for each visit. Node ${process.version}.

| After every client had left | after | heap | handles and timers | sessions | sockets | rooms |
|---|---|---|---|---|---|---|
${row('after a quarter of the waves', first)}
${row('at the end', last)}

![Heap](soak.svg)
`;
}
