import { allow, event, Namespace, type Namespaces } from '@sio/core';
import {
  ask,
  byOutcome,
  entered,
  type FailurePoint,
  FINE,
  INTERNAL,
  join,
  NO_ANSWER,
  REFUSED,
  visit,
  WAITS,
} from './failure-point.js';
import type { Failure } from './failures.js';
import type { Setting } from './harness.js';

type Fail = Failure['fail'];

/** Answers, so that it can be seen that the others are served. */
class Echoing extends Namespace {
  onEcho(value: unknown) {
    return value;
  }
}

const bad = (ctor: Namespaces[string]): Setting => ({ namespaces: { '/': Echoing, '/bad': ctor } });

/** In a class's methods and hooks. */
export const CLASS_FAILURE_POINTS: readonly FailurePoint[] = [
  {
    name: 'the method of an event',
    setting: (fail: Fail) =>
      bad(
        class extends Echoing {
          onAttack() {
            return fail();
          }
        },
      ),
    play: (harness, kind) => ask(harness, kind),
    told: byOutcome(INTERNAL, NO_ANSWER),
  },
  {
    name: 'the method of an event that asks for no acknowledgement',
    setting: (fail) =>
      bad(
        class extends Echoing {
          onAttack() {
            return fail();
          }
        },
      ),
    async play(harness, kind) {
      const client = await harness.client(kind, '/bad').connected();
      const errors = client.inbox('error');
      client.emit('attack');
      await client.ask('echo', 1);
      await client.ask('echo', 2);
      client.close();
      return errors.pending.map((args) => [...args]);
    },
    told: byOutcome([['internal_error', 'Internal error']], []),
  },
  {
    name: 'dispatch, which wraps every call',
    setting: (fail) =>
      bad(
        class extends Echoing {
          override dispatch(name: string, _args: readonly unknown[], next: () => unknown) {
            return name === 'attack' ? fail() : next();
          }
        },
      ),
    play: (harness, kind) => ask(harness, kind),
    told: byOutcome(INTERNAL, NO_ANSWER),
  },
  {
    name: 'onUnhandled',
    setting: (fail) =>
      bad(
        class extends Echoing {
          onUnhandled() {
            return fail();
          }
        },
      ),
    play: (harness, kind) => ask(harness, kind),
    told: byOutcome(INTERNAL, NO_ANSWER),
  },
  {
    name: 'a schema',
    setting(fail) {
      const schema = { '~standard': { version: 1 as const, vendor: 'test', validate: () => fail() as never } };
      return bad(
        class extends Echoing {
          static events = { attack: event(schema as never, () => 'let in') } as const;
        },
      );
    },
    play: (harness, kind) => ask(harness, kind),
    told: byOutcome(INTERNAL, NO_ANSWER),
  },
  {
    name: 'a predicate of @allow',
    setting(fail) {
      class Bad extends Echoing {
        @allow(() => fail() as boolean)
        onAttack() {
          return 'let in';
        }
      }
      return bad(Bad);
    },
    play: (harness, kind) => ask(harness, kind),
    told: byOutcome(INTERNAL, NO_ANSWER),
  },
  ...(['initialize', 'onConnect'] as const).map(
    (hook): FailurePoint => ({
      name: hook,
      setting(fail) {
        class Bad extends Echoing {}
        Object.defineProperty(Bad.prototype, hook, { value: () => fail(), configurable: true, writable: true });
        return bad(Bad);
      },
      play: (harness, kind) => join(harness, kind),
      told: byOutcome(REFUSED, WAITS),
    }),
  ),
  {
    name: 'the constructor',
    synchronous: true,
    setting: (fail) =>
      bad(
        class extends Echoing {
          constructor() {
            super();
            fail();
          }
        },
      ),
    play: (harness, kind) => join(harness, kind),
    told: () => REFUSED,
  },
  {
    name: 'create, which makes the object',
    setting: (fail) => ({
      namespaces: { '/': Echoing, '/bad': { class: Echoing, create: () => fail() as Echoing } },
    }),
    // A promise is no object of the class: that is decided at once, too.
    play: (harness, kind) => entered(harness, kind),
    told: () => REFUSED,
    reports: () => 1,
  },
  ...(['onReady', 'onDisconnecting', 'onDisconnect'] as const).map(
    (hook): FailurePoint => ({
      name: hook,
      setting(fail) {
        class Bad extends Echoing {}
        Object.defineProperty(Bad.prototype, hook, { value: () => fail(), configurable: true, writable: true });
        return bad(Bad);
      },
      play: (harness, kind) => visit(harness, kind),
      told: () => FINE,
    }),
  ),
  {
    name: 'a task of spawn',
    setting: (fail) =>
      bad(
        class extends Echoing {
          onReady() {
            this.spawn(() => fail());
          }
        },
      ),
    play: (harness, kind) => visit(harness, kind),
    told: () => FINE,
  },
  {
    name: 'onError, which is told of a failure',
    setting: (fail) =>
      bad(
        class extends Echoing {
          onAttack() {
            throw new Error('the first');
          }

          onError() {
            return fail();
          }
        },
      ),
    play: (harness, kind) => ask(harness, kind),
    told: () => INTERNAL,
  },
  ...Object.entries({
    'toJSON of what a method returns': (fail: Fail) => ({ toJSON: () => fail() }),
    'a getter of what a method returns': (fail: Fail) => ({
      get value() {
        return fail();
      },
    }),
    'the getter `then` of what a method returns': (fail: Fail) => ({
      // biome-ignore lint/suspicious/noThenProperty: that is what it is about.
      get then() {
        return fail() as undefined;
      },
    }),
  }).map(
    ([name, made]): FailurePoint => ({
      name,
      synchronous: true,
      setting: (fail) =>
        bad(
          class extends Echoing {
            onAttack() {
              return made(fail);
            }
          },
        ),
      play: async (harness, kind) => kindOf(await ask(harness, kind)),
      told: () => kindOf(INTERNAL),
    }),
  ),
];

function kindOf(answer: unknown): string {
  if (answer === NO_ANSWER) return NO_ANSWER;
  return JSON.stringify(answer) === JSON.stringify(INTERNAL) ? 'an error' : 'an answer';
}
