import fc from 'fast-check';
import { CodecError, type CodecErrorCode } from '../../src/codec/index.js';

/** The code of the CodecError that `action` throws, or `'none'`; anything else thrown is a failure of the test. */
export function codeOf(action: () => unknown): CodecErrorCode | 'none' {
  try {
    action();
    return 'none';
  } catch (error) {
    if (error instanceof CodecError) return error.code;
    throw error;
  }
}

/** Runs `action` and lets a CodecError pass: all that a codec may do with any input. */
export function survives<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

export function hex(text: string): Buffer {
  return Buffer.from(text.replace(/\s+/g, ''), 'hex');
}

/** Any JSON value, with keys such as `__proto__` among them. */
export const jsonValue: fc.Arbitrary<unknown> = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

/** A text that holds ASCII, other scripts, control characters and lone surrogates. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
);

/** A text that looks nearly like one of `seeds`: pieces removed, doubled, replaced and inserted. */
export function mutated(seeds: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(4),
    insert: fc.oneof(
      anyText,
      fc.constantFrom(...'0123456789-+:,/[]{}"\\b\x1e\ufffd', '99999999999', '_placeholder', '-1', 'null'),
    ),
  });
  return fc.tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 4 })).map(([seed, edits]) =>
    edits.reduce((text, { at, remove, insert }) => {
      const index = Math.floor(at * text.length);
      return text.slice(0, index) + insert + text.slice(index + remove);
    }, seed),
  );
}

/** Bytes that look nearly like one of `seeds`. */
export function mutatedBytes(seeds: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const texts = seeds.map((seed) => seed.toString('latin1'));
  return mutated(texts).map((text) => Buffer.from(text, 'latin1'));
}

/** The text with lone surrogates replaced, as UTF-8 does. */
export function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
