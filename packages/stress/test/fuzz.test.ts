import * as codec from '@sio/core/codec/index';
import * as inline from '@sio/core/codec/packet/inline-binary';
import * as query from '@sio/core/dialect/engine/handshake';
import * as legacyTarget from '@sio/core/dialect/legacy/target';
import * as encoding from '@sio/core/internal/http/accept-encoding';
import * as origin from '@sio/core/server/endpoint/origin';
import * as standing from '@sio/core/server/mount/paths';
import * as mountTarget from '@sio/core/server/mount/paths';
import * as webSocket from '@sio/core/transport/websocket/receiver';
import * as webTransport from '@sio/core/transport/webtransport/webtransport-frame';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCorpus } from '../src/fuzz/corpus.js';
import { fuzz } from '../src/fuzz/fuzz.js';
import { recorded } from '../src/fuzz/record.js';
import type { Target } from '../src/fuzz/target.js';
import { type DifferentialTarget, differentialTargets } from '../src/fuzz/targets/differential.js';
import { allTargets } from '../src/fuzz/targets/index.js';
import { webSocketTargets } from '../src/fuzz/targets/websocket.js';
import type { UnderTest } from '../src/fuzz/under-test.js';
import { knocks } from './support/door.js';

const modules = {
  inline,
  codec,
  query,
  legacyTarget,
  encoding,
  mountTarget,
  standing,
  origin,
  webTransport,
  webSocket,
};
const underTest = modules as unknown as UnderTest;
const corpus = readCorpus();
const named = <T extends Target>(targets: readonly T[]) => targets.map((target) => [target.name, target] as const);

/** Those that the search is long for are recorded with it. */
const ENOUGH = 10_000_000;

// Stack traces of the many inputs that are refused would take most of the time.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

describe.each(named(allTargets(underTest)))('%s', (name, target) => {
  it('survive what earlier searches have found, and twenty thousand more inputs', async () => {
    await fuzz(target, { inputs: 20_000, seed: 1, corpus: corpus.inputs[name] ?? [] });
  });

  it('have survived the recorded searches, guided by code coverage', () => {
    const { inputs, guided } = recorded()[name] ?? {};
    expect(inputs).toBeGreaterThanOrEqual(ENOUGH);
    expect(guided).toBe(true);
  });
});

describe.each(named<DifferentialTarget>([...differentialTargets(underTest), ...webSocketTargets(underTest)]))(
  '%s',
  (name, target) => {
    const examples = corpus.differences[name] ?? {};

    it('every difference is explained, and has an example', () => {
      for (const input of Object.values(examples)) target.run(input);
      expect([...target.examples.keys()].sort()).toEqual(Object.keys(examples).sort());
      expect(Object.keys(examples).sort()).toEqual(target.differences.map(({ id }) => id).sort());
    });
  },
);

describe('a search', () => {
  it('finds a bug behind several conditions, guided by code coverage', async () => {
    const target: Target = {
      name: 'a door',
      bytes: false,
      seeds: ['x'],
      run(input) {
        if (knocks(input)) throw new Error('open');
      },
    };
    const guidedBy = (url: string) => url.includes('door');
    const search = fuzz(target, { inputs: 200_000, seed: 1, guidedBy, again: true });
    await expect(search).rejects.toThrow(/a door fails for .*open/s);
  });

  it('generates the same inputs for the same seed', async () => {
    const tried = async (seed: number) => {
      const inputs: string[] = [];
      const run = (input: string) => void inputs.push(input);
      await fuzz({ name: 'all', bytes: false, seeds: ['abc', 'def'], run }, { inputs: 100, seed });
      return inputs;
    };
    expect(await tried(1)).toEqual(await tried(1));
    expect(await tried(1)).not.toEqual(await tried(2));
  });
});
