import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EngineError, refused } from '../../core/src/dialect/engine/handshake.js';
import { root } from '../src/entries.mjs';
import { documented, errorTexts, foundIn, tests, unionOf } from '../src/sources.mjs';

const page = readFileSync(`${root}docs/errors.md`, 'utf8');
const inDocument = (...headings: string[]) => headings.flatMap((heading) => documented(page, heading)).sort();
const sorted = (...codes: readonly string[][]) => [...new Set(codes.flat())].sort();

describe('docs/errors.md lists exactly', () => {
  it('the names of refusals', () => {
    const thrown = foundIn(/new ClientError\(\s*'(\w+)'/g);
    const inherited = foundIn(/super\('(\w+)'/g, /\/(?:refusal|session-error)\.ts$/);
    const known = sorted(unionOf('RefusalName'), thrown, inherited);
    expect(inDocument('Refusals')).toEqual(known);
  });

  it('the reasons of a disconnection', () => {
    expect(inDocument('Reasons of a disconnection')).toEqual(sorted(unionOf('DisconnectReason')));
  });

  it('the codes of a disconnection', () => {
    const packets = new Set(unionOf('CodecErrorCode'));
    const codes = foundIn(/'([a-z]+_[a-z_]+)'/g, /\/disconnect-details\.ts$/).filter((code) => !packets.has(code));
    expect(inDocument('Codes of a disconnection')).toEqual(sorted(codes, foundIn(/new LimitExceeded\(\s*'(\w+)'/g)));
  });

  it('the codes of refused requests, with their messages', () => {
    const codes = Object.values(EngineError).map((code) => `| \`${code}\` | \`${refused(code, {}).message}\``);
    for (const row of codes) expect(page).toContain(row);
    const names = foundIn(/'(?!SIO_)([A-Z]+(?:_[A-Z]+)+)'/g, /\/dialect\/|\/protocol-endpoint/);
    expect(inDocument('Refused requests').filter((name) => /_/.test(name))).toEqual(sorted(names));
  });

  it('the texts for clients of 0.9', () => {
    const texts = [...unionOf('HandshakeFailure'), 'Protocol version not supported.'];
    expect(inDocument('Refused requests').filter((name) => !/^[A-Z\d_]+$/.test(name))).toEqual(sorted(texts));
  });

  it('the codes of mistakes in options, in classes and with sessions', () => {
    const codes = foundIn(/'(SIO_[A-Z_]+)'/g);
    expect(inDocument('Mistakes in the options', 'Mistakes in a class', 'Login sessions')).toEqual(sorted(codes));
  });

  it('the codes of packets', () => {
    expect(inDocument('Packets')).toEqual(sorted(unionOf('CodecErrorCode')));
  });

  it('the texts of plain errors', () => {
    const texts = errorTexts().filter((text) => text.replaceAll('…', '').trim() !== '');
    expect(inDocument('Thrown by calls', 'Told with something else')).toEqual(sorted(texts));
  });
});

/** Reasons that types and tables have and that no code gives. */
const NEVER_TOLD = ['forced server close'];

describe('every code and reason in docs/errors.md', () => {
  const codes = inDocument(
    'Refusals',
    'Codes of a disconnection',
    'Refused requests',
    'Mistakes in the options',
    'Mistakes in a class',
    'Login sessions',
    'Packets',
  );
  it.each(codes.filter((code) => !NEVER_TOLD.includes(code)))('%s is shown by a test', (code) => {
    expect(tests.includes(code)).toBe(true);
  });

  it.each(inDocument('Reasons of a disconnection').filter((reason) => !NEVER_TOLD.includes(reason)))(
    '"%s" is shown by a test',
    (reason) => expect(tests.includes(`'${reason}'`)).toBe(true),
  );
});
