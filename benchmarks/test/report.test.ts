import { describe, expect, it } from 'vitest';
import { parseOptions } from '../lib/options.mjs';
import { peers } from '../lib/peers.mjs';
import { toLines, toMarkdownTable } from '../lib/report.mjs';

const compared = peers.filter((peer) => ['socketio', 'floor'].includes(peer.name));

const row = {
  scenario: 'echo',
  variant: '',
  title: 'echo',
  op: 'round trip',
  method: 'cpu' as const,
  goals: { cpu: 0.78 },
  rounds: { socketio: [{ cpu: 10 }, { cpu: 40 }, { cpu: 20 }], floor: [{ cpu: 5 }, { cpu: 28 }, { cpu: 12 }] },
  failures: {},
};

describe('the report', () => {
  it('compares what was measured in the same round, and shows the median and the spread', () => {
    const [line] = toLines([row], compared);
    expect(line?.cells.floor?.figures).toEqual({ median: 0.6, min: 0.5, max: 0.7 });
    expect(toMarkdownTable(line ? [line] : [], compared)).toContain('| 1 | 0.60 (0.50–0.70) | ≤ 0.78 |');
  });

  it('says that a measurement failed instead of comparing without it', () => {
    const failed = {
      ...row,
      rounds: { socketio: row.rounds.socketio },
      failures: { floor: 'the process ended early' },
    };
    expect(toMarkdownTable(toLines([failed], compared), compared)).toContain('| 1 | failed | ≤ 0.78 |');
  });
});

describe('the command line', () => {
  it('measures the seven main scenarios in five rounds unless told otherwise', () => {
    const { scenarios, rounds } = parseOptions([]);
    expect(scenarios).toEqual(['connect', 'echo', 'burst', 'broadcast300', 'binary4k', 'polling', 'idle']);
    expect(rounds).toBe(5);
    expect(parseOptions(['--', 'echo', '--rounds', '7'])).toMatchObject({ scenarios: ['echo'], rounds: 7 });
  });

  it('names the servers there are when it is asked for one that is not', () => {
    expect(() => parseOptions(['--servers', 'none'])).toThrow('there are socketio, ws-naive, floor');
  });
});
