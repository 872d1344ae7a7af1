import { describe, expect, it } from 'vitest';
import { parseOptions } from '../lib/options.mjs';
import { peers } from '../lib/peers.mjs';
import { toMarkdownTable, toSections } from '../lib/report.mjs';
import { goalNames, scenarioNames } from '../scenarios/index.mjs';

const compared = peers.filter((peer) => ['socketio', 'floor'].includes(peer.name));

const row = {
  scenario: 'echo',
  variant: '',
  title: 'echo',
  op: 'round trip',
  method: 'cpu' as const,
  goals: { cpu: 0.78 },
  peers: compared,
  rounds: { socketio: [{ cpu: 10 }, { cpu: 40 }, { cpu: 20 }], floor: [{ cpu: 5 }, { cpu: 28 }, { cpu: 12 }] },
  failures: {},
};

describe('the report', () => {
  it('compares results of the same round, and shows the median and the spread', () => {
    const [section] = toSections([row]);
    expect(section?.lines[0]?.cells.floor?.figures).toEqual({ median: 0.6, min: 0.5, max: 0.7 });
    expect(toMarkdownTable(section!)).toContain('| 1 | 0.60 (0.50–0.70) | ≤ 0.78 |');
  });

  it('reports that a measurement failed instead of comparing without it', () => {
    const failed = {
      ...row,
      rounds: { socketio: row.rounds.socketio },
      failures: { floor: 'the process ended early' },
    };
    const [section] = toSections([failed]);
    expect(toMarkdownTable(section!)).toContain('| 1 | failed | ≤ 0.78 |');
  });

  it('compares two builds of sio that were measured in the same round', () => {
    const peers = ['socketio', 'sio-before', 'sio'].map((name) => ({ name, title: name }));
    const rounds = { socketio: [{ cpu: 10 }], 'sio-before': [{ cpu: 8 }], sio: [{ cpu: 6 }] };
    const [section] = toSections([{ ...row, peers, rounds }]);
    expect(toMarkdownTable(section!)).toContain('| 0.80 (0.80–0.80) | 0.60 (0.60–0.60) | ≤ 0.78 | 0.75 (0.75–0.75) |');
  });

  it('shows the cost of one server as a share of the cost of all others together', () => {
    const peers = ['together', 'a', 'b'].map((name) => ({ name, title: name }));
    const rounds = { together: [{ cpu: 9 }], a: [{ cpu: 4 }], b: [{ cpu: 6 }] };
    const [section] = toSections([{ ...row, goals: {}, peers, rounds, versusSum: 'together' }]);
    expect(section?.lines[0]?.share).toEqual({ median: 0.9, min: 0.9, max: 0.9 });
  });
});

describe('the command line', () => {
  it('measures all scenarios in five rounds unless told otherwise', () => {
    expect(parseOptions([])).toMatchObject({ scenarios: scenarioNames, rounds: 5 });
    expect(parseOptions([])).toMatchObject({ minutes: Number.POSITIVE_INFINITY, name: 'latest' });
    expect(parseOptions(['--', 'echo', '--rounds', '7'])).toMatchObject({ scenarios: ['echo'], rounds: 7 });
  });

  it('limits the time of the goals, unless the number of rounds is given', () => {
    expect(parseOptions(['--goals'])).toMatchObject({ scenarios: goalNames, minutes: 10, name: 'goals' });
    expect(parseOptions(['--goals', '--rounds', '5'])).toMatchObject({ rounds: 5, name: 'latest' });
    expect(parseOptions(['--goals', '--quick'])).toMatchObject({
      rounds: 2,
      minutes: Number.POSITIVE_INFINITY,
      name: 'quick',
    });
  });

  it('lists the known servers when it gets an unknown one', () => {
    expect(() => parseOptions(['--servers', 'none'])).toThrow('there are socketio, ws-naive, floor');
  });
});
