import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

/** The most that each way may enter in the built core, for an upgrade with the adapter. Lower them when the way gets shorter. */
const LIMITS = {
  // Our own frame reader and the guards around responses count.
  event: { files: 10, functions: 22 },
  emit: { files: 8, functions: 19 },
  broadcast: { files: 12, functions: 30 },
  upgrade: { files: 22, functions: 80 },
};

type Counts = typeof LIMITS;

describe('the way of a byte stays short:', () => {
  let counts: Counts;
  beforeAll(() => {
    const program = fileURLToPath(new URL('../dist/trace/main.js', import.meta.url));
    counts = JSON.parse(execFileSync(process.execPath, [program, '--json'], { encoding: 'utf8' })) as Counts;
  });

  it.each(Object.keys(LIMITS) as (keyof Counts)[])('%s', (way) => {
    expect(counts[way].files).toBeLessThanOrEqual(LIMITS[way].files);
    expect(counts[way].functions).toBeLessThanOrEqual(LIMITS[way].functions);
    // A way that enters next to nothing has not been traced.
    expect(counts[way].functions).toBeGreaterThan(5);
  });
});

/** The drawings of `docs/architecture.md`, by the heading above them. */
const DRAWINGS = {
  event: 'A received event',
  emit: 'An emit',
  broadcast: 'A broadcast',
  upgrade: 'An upgrade through Express',
};

const page = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8');

/** The functions that a drawing names, by file, as a trace has them: `Socket.emit → #send: a remark` names `emit` and `send`. */
function drawn(heading: string): [file: string, functions: string[]][] {
  const drawing = page.split(`## ${heading}\n`)[1]?.split('```')[1] ?? '';
  return [...drawing.matchAll(/"([\w/-]+\.ts)<br>([^"]+)"/g)].map(([, path = '', label = '']) => {
    const file = path.replace(/^packages\/(\w+)\/src/, '$1').replace(/\.ts$/, '.js');
    const names = label.split(':', 1)[0]!.split(/ → |, /);
    return [
      file === path.replace(/\.ts$/, '.js') ? `core/${file}` : file,
      names.map((name) => name.replace(/.*\./, '')),
    ];
  });
}

describe('the drawing of a way names what runs:', () => {
  it.each(Object.entries(DRAWINGS))('%s', (way, heading) => {
    const program = fileURLToPath(new URL('../dist/trace/main.js', import.meta.url));
    const lines = execFileSync(process.execPath, [program, way], { encoding: 'utf8' }).split('\n').slice(1);
    const entered = new Map(
      lines.map((line) => {
        const [file = '', functions = ''] = line.trim().split(': ');
        return [file, functions.split(', ').map((name) => name.replace(/^(?:get )?#?/, ''))];
      }),
    );
    const named = drawn(heading);
    expect(named.length).toBeGreaterThan(5);
    for (const [file, functions] of named) expect(entered.get(file), file).toEqual(expect.arrayContaining(functions));
  });
});
