import { expect, test } from 'vitest';
import { printable } from '../../src/internal/printable.js';

test.each([
  ['chat', 'chat'],
  ['zwölf 🙂', 'zwölf 🙂'],
  ['\u001b[31mred\u0007', '\\x1b[31mred\\x07'],
  ['a\r\nb\tc', 'a\\r\\nb\\tc'],
  ['\u0085\u009b2J\u007f', '\\x85\\x9b2J\\x7f'],
  ['\u2028\u202egnp.exe\u2066', '\\u2028\\u202egnp.exe\\u2066'],
])('text from a client is printed without what a terminal acts on: %j', (text, safe) => {
  expect(printable(text)).toBe(safe);
});
