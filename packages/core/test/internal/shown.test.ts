import { expect, it } from 'vitest';
import { shown } from '../../src/internal/shown.js';

const revoked = Proxy.revocable({}, {});
revoked.revoke();
const unprintable = { toString: () => expect.fail('was read'), toJSON: () => expect.fail('was read') };

it.each<[string, unknown, string]>([
  ['quotes text', 'soon', '"soon"'],
  ['cuts long text', 'x'.repeat(41), `"${'x'.repeat(40)}…"`],
  ['escapes line breaks and control characters', 'a\n\u001b[31m', '"a\\n\\x1b[31m"'],
  ['shows a number as it is', -1, '-1'],
  ['shows NaN as it is', Number.NaN, 'NaN'],
  ['shows a bigint with its n', 5n, '5n'],
  ['shows a boolean as it is', false, 'false'],
  ['shows undefined as it is', undefined, 'undefined'],
  ['shows null as it is', null, 'null'],
  ['names a symbol by its kind', Symbol('x'), 'a symbol'],
  ['names a class by its kind', class {}, 'a function'],
  ['names a list by its kind', ['secret'], 'a list'],
  ['says that a list is empty', [], 'an empty list'],
  ['names an object by its kind and does not read it', unprintable, 'an object'],
  ['names an object without a prototype by its kind', Object.create(null), 'an object'],
  ['survives a proxy that has been revoked', revoked.proxy, 'an object'],
])('the text of an error %s', (_title, value, text) => {
  expect(shown(value)).toBe(text);
});

it('the text of an error calls an object what the caller says', () => {
  expect(shown({}, 'one without them')).toBe('one without them');
  expect(shown(null, 'one without them')).toBe('null');
});
