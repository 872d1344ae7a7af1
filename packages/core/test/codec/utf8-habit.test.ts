import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHabit, isAscii, type Utf8Quirk } from '../../src/codec/index.js';
import { anyText } from './support.js';

/** The bytes of a client that encodes twice, as the server sees them. */
function twice(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

describe('decodeHabit()', () => {
  it.each<[string, Utf8Quirk, string, Utf8Quirk]>([
    ['42["hello"]', 'unknown', '42["hello"]', 'unknown'],
    ['42["é"]', 'unknown', '42["é"]', 'plain'],
    ['42["Ã©"]', 'unknown', '42["é"]', 'double'],
    ['42["€"]', 'unknown', '42["€"]', 'plain'],
    ['42["â\u0082¬"]', 'unknown', '42["€"]', 'double'],
    [twice('Привет 世界 😀'), 'unknown', 'Привет 世界 😀', 'double'],
    ['Привет', 'unknown', 'Привет', 'plain'],
    ['42["Ã©"]', 'plain', '42["Ã©"]', 'plain'],
    ['42["Ã©"]', 'double', '42["é"]', 'double'],
    ['42["hello"]', 'double', '42["hello"]', 'double'],
    ['42["€"]', 'double', '42["€"]', 'plain'],
    ['42["é"]', 'double', '42["é"]', 'plain'],
    ['Ã', 'unknown', 'Ã', 'plain'],
    ['\u00c0\u0080', 'unknown', '\u00c0\u0080', 'plain'],
    ['\u00e0\u0080\u0080', 'unknown', '\u00e0\u0080\u0080', 'plain'],
    ['\u00f0\u0080\u0080\u0080', 'unknown', '\u00f0\u0080\u0080\u0080', 'plain'],
    ['\u00f4\u0090\u0080\u0080', 'unknown', '\u00f4\u0090\u0080\u0080', 'plain'],
    ['\u00ff', 'unknown', '\u00ff', 'plain'],
  ])('reads %j from a client whose habit is %s as %j, habit %s', (text, habit, meant, learned) => {
    expect(decodeHabit(text, habit)).toEqual({ text: meant, habit: learned });
  });

  it('treats lone surrogates that were encoded one by one as a double encoding', () => {
    expect(decodeHabit('a\u00ed\u00a0\u0080', 'unknown').habit).toBe('double');
  });

  it('undoes the double encoding of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeHabit(twice(text), 'double').text).toBe(text);
        expect(decodeHabit(twice(text), 'unknown').text).toBe(text);
      }),
    );
  });

  it('does not change the texts of a client known as plain', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decodeHabit(text, 'plain')).toEqual({ text, habit: 'plain' });
      }),
    );
  });
});

describe('isAscii()', () => {
  it('distinguishes texts that say nothing about a client', () => {
    expect(isAscii('42["a~\x7f\0"]')).toBe(true);
    expect(isAscii('42["\x80"]')).toBe(false);
  });
});
