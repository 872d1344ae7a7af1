import { everyProtocolVersion, failOnStrayErrors } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';
import { FAILURES, type Failure, SECRET } from './failures.js';
import { isSynchronous, type Place } from './place.js';
import { CLASS_PLACES } from './places-class.js';
import { ENGINE_PLACES } from './places-engine.js';
import { LATER_PLACES } from './places-later.js';
import { NEWER_PLACES } from './places-newer.js';
import { SERVER_PLACES } from './places-server.js';
import { Stage } from './stage.js';

const PLACES: readonly Place[] = [
  ...CLASS_PLACES,
  ...SERVER_PLACES,
  ...ENGINE_PLACES,
  ...NEWER_PLACES,
  ...LATER_PLACES,
];

failOnStrayErrors();

describe.each(PLACES.map((place) => [place.name, place] as const))('%s', (_, place) => {
  const failures = Object.entries<Failure>(FAILURES)
    .filter(([, { needsCallback }]) => place.callback === true || !needsCallback)
    .filter(([, failure]) => place.synchronous !== true || isSynchronous(failure));

  it.each(failures)(
    '%s: clients of every generation are told so, and no other client notices',
    async (_name, failure) => {
      const stage = await Stage.open(failure, place.setting);
      for (const kind of everyProtocolVersion) {
        const before = stage.reports.length;
        expect(await place.play(stage, kind), `client ${kind.name}`).toEqual(place.told(failure, kind));
        await stage.othersGoOn();
        await stage.emptied();
        const expected = place.reports?.(failure, kind) ?? Number(failure.reported);
        expect(stage.reports.slice(before), `reports about client ${kind.name}`).toHaveLength(expected);
      }
      expect(stage.written.join('')).not.toContain(SECRET);
    },
  );
});
