import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formField,
  HTMLFILE_HEAD,
  htmlfileChunk,
  JSONP_PREFIX,
  parseJsonpIndex,
  parseJsonpLiteral,
  unescapeJsonp3,
  wrapJsonp,
  wrapJsonpError,
} from '../../src/codec/index.js';
import { anyText, codeOf } from './support.js';

describe('parseJsonpIndex()', () => {
  it.each([
    ['0', 0],
    ['4', 4],
    ['123456789', 123456789],
  ])('reads %s', (value, index) => {
    expect(parseJsonpIndex(value)).toBe(index);
  });

  it.each(['', '-1', '1.5', '1e3', '0x1', ' 1', '1\n', '٣', 'alert(1)', '1234567890', undefined, null, 1, ['1'], {}])(
    'refuses %j',
    (value) => {
      expect(parseJsonpIndex(value)).toBeUndefined();
    },
  );
});

describe('wrapJsonp()', () => {
  it.each([
    [0, '1::', JSONP_PREFIX.LEGACY, 'io.j[0]("1::");'],
    [4, '2:40', JSONP_PREFIX.ENGINE, '___eio[4]("2:40");'],
    [1, 'a"b\\\u2028\u2029', JSONP_PREFIX.ENGINE, '___eio[1]("a\\"b\\\\\\u2028\\u2029");'],
    [1, '</script><!--/', JSONP_PREFIX.ENGINE, '___eio[1]("<\\/script>\\u003c!--/");'],
  ])('calls callback %i with %j', (index, payload, prefix, script) => {
    expect(wrapJsonp(index, payload, prefix)).toBe(script);
  });

  it('gives a script that hands over any payload unchanged', () => {
    fc.assert(
      fc.property(anyText, (payload) => {
        const script = wrapJsonp(0, payload, JSONP_PREFIX.ENGINE);
        const received: string[] = [];
        runInNewContext(script, { ___eio: [(text: string) => received.push(text)] });
        expect(received).toEqual([payload]);
        expect(script).not.toMatch(/[\u2028\u2029]|<[/!]/);
      }),
      { numRuns: 50 },
    );
  });

  it('wraps errors of 0.9 handshakes', () => {
    expect(wrapJsonpError(3, 'handshake bad origin', JSONP_PREFIX.LEGACY)).toBe(
      'io.j[3](new Error("handshake bad origin"));',
    );
  });
});

describe('formField()', () => {
  it.each([
    ['d=2%3A40', '2:40'],
    ['d=a+b%2B', 'a b+'],
    ['d=', ''],
    ['x=1&d=2&y=3', '2'],
    ['d=1&d=2', '1'],
    ['d=%E2%82%AC', '€'],
    ['d=100%', '100%'],
    ['d=%zz%ff', '%zz\ufffd'],
  ])('reads d from %s', (body, value) => {
    expect(formField(body)).toBe(value);
  });

  it.each(['', 'x=1', 'dd=1', 'xd=1', '&', 'd'])('refuses %j', (body) => {
    expect(codeOf(() => formField(body))).toBe('bad_form');
  });
});

describe('unescapeJsonp3()', () => {
  it.each([
    ['plain', 'plain'],
    ['a\\nb', 'a\nb'],
    ['a\\\\nb', 'a\\nb'],
    ['a\\\\\\nb', 'a\\\\nb'],
    ['a\\tb', 'a\\tb'],
    ['\\n\\\\n', '\n\\n'],
  ])('turns %j into %j', (value, payload) => {
    expect(unescapeJsonp3(value)).toBe(payload);
  });
});

describe('parseJsonpLiteral()', () => {
  it('reads the payload out of a 0.9 form', () => {
    expect(parseJsonpLiteral(formField('d=%225%3A1%2B%3A%3A%7B%5C%22name%5C%22%3A%5C%22a%5C%22%7D%22'))).toBe(
      '5:1+::{"name":"a"}',
    );
  });

  it.each(['', '3:::a', '"3:::a', '1', 'null', '{"d":"x"}', '["x"]'])('refuses %j', (value) => {
    expect(codeOf(() => parseJsonpLiteral(value))).toBe('bad_form');
  });
});

describe('htmlfile chunks', () => {
  it('begin with a page of 256 bytes', () => {
    expect(Buffer.byteLength(HTMLFILE_HEAD)).toBe(256);
    expect(HTMLFILE_HEAD.trimEnd()).toBe(
      '<html><body><script>var _ = function (msg) { parent.s._(msg, document); };</script>',
    );
  });

  it.each([
    ['1::', '<script>_("1::");</script>'],
    ['3:::a/b', '<script>_("3:::a\\/b");</script>'],
    ['3:::</script>', '<script>_("3:::<\\/script>");</script>'],
    ['3:::<!--\u2028', '<script>_("3:::\\u003c!--\\u2028");</script>'],
  ])('deliver %j', (payload, chunk) => {
    expect(htmlfileChunk(payload)).toBe(chunk);
  });
});
