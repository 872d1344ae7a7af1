import { describe, expect, it } from 'vitest';
import { CodecError, decodePacket, defaultLimits, encodePacket, makePacket } from '../../src/codec/index.js';

function errorOf(action: () => unknown): CodecError {
  try {
    action();
  } catch (error) {
    if (error instanceof CodecError) return error;
  }
  throw new Error('no CodecError');
}

describe('CodecError', () => {
  it('is an Error with a name, a code and a message', () => {
    const error = errorOf(() => decodePacket('x'));
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('CodecError');
    expect(error.code).toBe('bad_type');
    expect(error.message).toBe('Unknown packet type: "x"');
  });

  it('quotes no more than 40 characters of the input', () => {
    const { message } = errorOf(() => decodePacket(`2["${'s'.repeat(5000)}`));
    expect(message).toContain('s'.repeat(38));
    expect(message).not.toContain('s'.repeat(41));
    expect(message.length).toBeLessThan(120);
  });

  it('quotes in printable ASCII, so that a log line stays one', () => {
    const { message } = errorOf(() => decodePacket('x\r\n\u001b[31m\u2028é'));
    expect(message).toMatch(/^[\x20-\x7e]*$/);
  });

  it('has the original error as its cause', () => {
    const error = errorOf(() => encodePacket(makePacket(2, '/', ['a', 1n])));
    expect(error.cause).toBeInstanceOf(TypeError);
  });
});

describe('defaultLimits', () => {
  it('cannot be changed for everyone', () => {
    expect(Object.isFrozen(defaultLimits)).toBe(true);
  });

  it('are those of the documentation', () => {
    expect(defaultLimits).toEqual({
      maxAttachments: 10,
      maxAttachmentBytes: 10_000_000,
      maxPacketsPerPayload: 1000,
      maxAckIdDigits: 15,
      maxNamespaceLength: 512,
      maxNamespaceQueryLength: 8192,
      maxEventNameLength: 1024,
      maxDepth: 1000,
    });
  });
});
