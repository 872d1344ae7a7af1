/**
 * The first of `offered` that an `Accept-Encoding` header admits, in the client's own order (RFC 9110 §12.5.3; a coding
 * with `q=0` is refused). Undefined: send it as it is.
 */
export function pickEncoding<T extends string>(header: string | undefined, offered: readonly T[]): T | undefined {
  if (header === undefined) return undefined;
  for (const part of header.toLowerCase().split(',', MAX_CODINGS)) {
    const [coding = '', ...parameters] = part.split(';', MAX_PARAMETERS).map((piece) => piece.trim());
    if (parameters.some((parameter) => /^q=0(\.0{0,3})?$/.test(parameter))) continue;
    const match = offered.find((name) => name === coding || coding === '*');
    if (match !== undefined) return match;
  }
  return undefined;
}

const MAX_CODINGS = 16;
const MAX_PARAMETERS = 4;
