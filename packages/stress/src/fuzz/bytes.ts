/** The bytes that a text with one character per byte stands for. */
export function bytesOf(input: string): Buffer {
  return Buffer.from(input, 'latin1');
}

/** The other way round. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

export function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}
