import fc from 'fast-check';
import { expect, test } from 'vitest';
import { queryOf } from '../../src/internal/http/request.js';

const parsed = (query: string) => Object.fromEntries(new URLSearchParams(query));

test.each([
  '',
  'EIO=4&transport=websocket',
  'a=1&a=2',
  'a',
  '=b',
  'a=&=',
  '&&a=1&&',
  'a=b=c',
  '?a=1',
  'a=1+2',
  'a=%41%zz',
  '__proto__=x',
  'x__proto__y=1&constructor=2',
  'ü=ö',
])('the query of a request, %j, is read as a browser would write it', (query) => {
  expect(queryOf(`/socket.io/?${query}`)).toEqual(parsed(query));
  expect(Object.keys(queryOf(`/?${query}`))).toEqual(Object.keys(parsed(query)));
});

test('a query of any characters that a request line can have is read alike', () => {
  const character = fc.oneof(
    fc.constantFrom('&', '=', '+', '%', '?', 'a', '_', '4', '1'),
    fc.integer({ min: 33, max: 255 }).map((code) => String.fromCharCode(code)),
  );
  fc.assert(
    fc.property(fc.array(character, { maxLength: 20 }), (characters) => {
      const query = characters.join('');
      expect(queryOf(`/?${query}`)).toEqual(parsed(query));
    }),
    { numRuns: 2000 },
  );
});
