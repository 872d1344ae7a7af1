import { everyProtocolVersion, failOnStrayErrors } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';
import { type FailurePoint, isSynchronous } from './failure-point.js';
import { CLASS_FAILURE_POINTS } from './failure-points-class.js';
import { ENGINE_FAILURE_POINTS } from './failure-points-engine.js';
import { LATER_FAILURE_POINTS } from './failure-points-later.js';
import { NEWER_FAILURE_POINTS } from './failure-points-newer.js';
import { SERVER_FAILURE_POINTS } from './failure-points-server.js';
import { FAILURES, type Failure, SECRET } from './failures.js';
import { Harness } from './harness.js';

const FAILURE_POINTS: readonly FailurePoint[] = [
  ...CLASS_FAILURE_POINTS,
  ...SERVER_FAILURE_POINTS,
  ...ENGINE_FAILURE_POINTS,
  ...NEWER_FAILURE_POINTS,
  ...LATER_FAILURE_POINTS,
];

failOnStrayErrors();

describe.each(FAILURE_POINTS.map((place) => [place.name, place] as const))('%s', (_, place) => {
  const failures = Object.entries<Failure>(FAILURES)
    .filter(([, { needsCallback }]) => place.callback === true || !needsCallback)
    .filter(([, failure]) => place.synchronous !== true || isSynchronous(failure));

  it.each(failures)(
    '%s: clients of every protocol version get an error, and no other client notices',
    async (_name, failure) => {
      const harness = await Harness.open(failure, place.setting);
      for (const kind of everyProtocolVersion) {
        const before = harness.reports.length;
        expect(await place.play(harness, kind), `client ${kind.name}`).toEqual(place.told(failure, kind));
        await harness.othersGoOn();
        await harness.emptied();
        const expected = place.reports?.(failure, kind) ?? Number(failure.reported);
        expect(harness.reports.slice(before), `reports about client ${kind.name}`).toHaveLength(expected);
      }
      expect(harness.written.join('')).not.toContain(SECRET);
    },
  );
});
