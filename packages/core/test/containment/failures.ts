/** A secret that no client may see. */
export const SECRET = 'the password is s3cret';

/** A value that throws at any access. */
const hostile: unknown = new Proxy(
  {},
  {
    get: refuse,
    has: refuse,
    getPrototypeOf: refuse,
    getOwnPropertyDescriptor: refuse,
    ownKeys: refuse,
  },
);

function refuse(): never {
  throw new Error(SECRET);
}

/** @param answer the callback of the place, for ways of failing that have to do with it */
type Fail = (answer?: (...args: never[]) => void) => unknown;

export interface Failure {
  readonly fail: Fail;
  /** Makes sense only where there is a callback to call. */
  readonly needsCallback: boolean;
  /** Whether there is something to report. */
  readonly reported: boolean;
  /** Whether the place has done its work all the same. */
  readonly outcome: 'failed' | 'undecided' | 'done';
}

const failed = { needsCallback: false, reported: true, outcome: 'failed' } as const;

/** All the ways in which code of an application fails. */
export const FAILURES = {
  throws: {
    ...failed,
    fail() {
      throw new Error(SECRET);
    },
  },
  rejects: { ...failed, fail: () => Promise.reject(new Error(SECRET)) },
  'never settles': { ...failed, reported: false, outcome: 'undecided', fail: () => new Promise(() => {}) },
  'throws undefined': {
    ...failed,
    fail() {
      throw undefined;
    },
  },
  'throws a value that throws at any access': {
    ...failed,
    fail() {
      throw hostile;
    },
  },
  'rejects with a value that throws at any access': { ...failed, fail: () => Promise.reject(hostile) },
  'calls back twice': {
    needsCallback: true,
    reported: false,
    outcome: 'done',
    fail(answer) {
      answer?.();
      answer?.();
    },
  },
  'calls back, then throws': {
    needsCallback: true,
    reported: true,
    outcome: 'done',
    fail(answer) {
      answer?.();
      throw new Error(SECRET);
    },
  },
} as const satisfies Record<string, Failure>;

export type FailureName = keyof typeof FAILURES;
