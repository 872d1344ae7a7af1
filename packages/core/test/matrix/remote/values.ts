/*
 * Values on their way between the tests and clients elsewhere, which only JSON can travel: bytes are `{ $bytes: base64 }`, and the
 * callback for an acknowledgement is a number, `{ $answer: n }`.
 */

/** To the client. `undefined` becomes null, as on the way to any server. */
export function toRemote(value: unknown): unknown {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    const bytes =
      value instanceof ArrayBuffer ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { $bytes: bytes.toString('base64') };
  }
  return overItems(value, toRemote);
}

/** From the client. @param answer sends what a listener answers. */
export function fromRemote(value: unknown, answer: (id: number, args: unknown[]) => void): unknown {
  const { $bytes, $answer } = (value ?? {}) as { $bytes?: string; $answer?: number };
  if (typeof $bytes === 'string') return Buffer.from($bytes, 'base64');
  if (typeof $answer === 'number') return (...args: unknown[]) => answer($answer, args);
  return overItems(value, (item) => fromRemote(item, answer));
}

function overItems(value: unknown, change: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}
