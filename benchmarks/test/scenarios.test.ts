import { describe, expect, it } from 'vitest';
import { metrics } from '../lib/metrics.mjs';
import { peers } from '../lib/peers.mjs';
import { playRound } from '../lib/round.mjs';
import { loadScenario, scenarioNames } from '../scenarios/index.mjs';

const floor = peers.find((peer) => peer.name === 'floor');

describe.each(scenarioNames)('the scenario %s', (name) => {
  it('runs against a server to the last reply, and returns the figures of its report', async () => {
    const scenario = await loadScenario(name);
    const [first] = scenario.variants;
    if (!first || !floor) throw new Error('nothing to measure');
    const variant = { ...first, warmup: Math.min(40, first.warmup), count: Math.min(40, first.count) };
    const peer = scenario.contestants?.at(-1) ?? floor;
    const outcome = await playRound({ scenario, variant, peers: [peer], profileFor: () => undefined });
    const figures = outcome.get(peer.name);
    if (!figures || figures instanceof Error) throw figures ?? new Error('no figures');
    for (const { key } of metrics[scenario.method]) expect(figures[key]).toBeTypeOf('number');
  });
});
