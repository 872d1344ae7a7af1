import { describe, expect, it } from 'vitest';
import {
  ackOf,
  ClientError,
  ConnectionRefused,
  isRefusal,
  noSuchMethod,
  refusalOf,
} from '../../src/namespace/access/refusal.js';
import { Acks, ackArguments, acks } from '../../src/namespace/class/acks.js';

const internal = { name: 'internal_error', message: 'Internal error' };

describe('refusalOf', () => {
  it('has all of an error that is made for the client', () => {
    expect(refusalOf(new ClientError('room_full', 'The room is full', { limit: 2 }))).toEqual({
      name: 'room_full',
      message: 'The room is full',
      data: { limit: 2 },
    });
    expect(refusalOf(new ConnectionRefused('why', 5))).toEqual({ name: 'connection_refused', message: 'why', data: 5 });
    expect(refusalOf(new ConnectionRefused())).toEqual({
      name: 'connection_refused',
      message: 'Connection rejected by server',
    });
  });

  const hostile = new Proxy(
    {},
    {
      getPrototypeOf: () => {
        throw new Error('no');
      },
    },
  );
  it.each([
    [new Error('password is 1234')],
    [new TypeError('x')],
    ['a text'],
    [null],
    [undefined],
    [{ name: 'room_full', message: 'looks like one' }],
    [hostile],
    [
      Object.defineProperty(new ClientError('x'), 'data', {
        get: () => {
          throw new Error('no');
        },
      }),
    ],
  ])('tells nothing of anything else', (error) => {
    expect(refusalOf(error)).toEqual(internal);
  });
});

describe('ackOf', () => {
  it('puts the data beside name and message, which it cannot replace', () => {
    expect(ackOf({ name: 'n', message: 'm', data: { limit: 2, name: 'other', message: 'other' } })).toEqual({
      error: { name: 'n', message: 'm', limit: 2 },
    });
    expect(JSON.stringify(ackOf({ name: 'n', message: 'm', data: { limit: 2 } }))).toBe(
      '{"error":{"name":"n","message":"m","limit":2}}',
    );
  });

  it.each([[5], ['text'], [null], [[1, 2]]])('puts data that is not an object under data: %o', (data) => {
    expect(ackOf({ name: 'n', message: 'm', data })).toEqual({ error: { name: 'n', message: 'm', data } });
  });

  it('does not touch a prototype', () => {
    const data = JSON.parse('{"__proto__": {"polluted": true}}');
    const { error } = ackOf({ name: 'n', message: 'm', data });
    expect(Object.getPrototypeOf(error)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('isRefusal', () => {
  it('recognizes what ackOf makes', () => {
    expect(isRefusal(ackOf(refusalOf(noSuchMethod('chat'))))).toBe(true);
    expect(isRefusal(JSON.parse(JSON.stringify(ackOf(internal))))).toBe(true);
  });

  it.each([[undefined], [null], ['error'], [{}], [{ error: null }], [{ error: 'no' }], [{ error: { name: 'n' } }]])(
    'takes %o for an answer',
    (value) => {
      expect(isRefusal(value)).toBe(false);
    },
  );
});

describe('noSuchMethod', () => {
  it('does not echo an endless name', () => {
    expect(noSuchMethod('x'.repeat(10_000)).message.length).toBeLessThan(120);
  });
});

describe('ackArguments', () => {
  it.each<[unknown, unknown[]]>([
    [undefined, []],
    [null, [null]],
    ['text', ['text']],
    [[1, 2], [[1, 2]]],
    [acks('OK', 123), ['OK', 123]],
    [acks(), []],
    [acks([1, 2]), [[1, 2]]],
    [{ values: [1] }, [{ values: [1] }]],
  ])('makes of %o the arguments %o', (result, expected) => {
    expect(ackArguments(result)).toEqual(expected);
  });

  it('treats only the result of acks() as several arguments', () => {
    expect(acks(1, 2)).toBeInstanceOf(Acks);
  });
});
