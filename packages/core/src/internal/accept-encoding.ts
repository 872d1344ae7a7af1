/**
 * The one of `offered` that an `Accept-Encoding` header likes best, of equals the first in the client's own order
 * (RFC 9110 §12.5.3; a coding with `q=0` is refused). Undefined: send it as it is.
 */
export function pickEncoding<T extends string>(header: string | undefined, offered: readonly T[]): T | undefined {
  if (header === undefined) return undefined;
  let best: T | undefined;
  let most = 0;
  for (const part of header.toLowerCase().split(',', MAX_CODINGS)) {
    const [coding = '', ...parameters] = part.split(';', MAX_PARAMETERS).map((piece) => piece.trim());
    const match = offered.find((name) => name === coding || coding === '*');
    const weight = weightOf(parameters);
    if (match === undefined || weight <= most) continue;
    best = match;
    most = weight;
  }
  return best;
}

const MAX_CODINGS = 16;
const MAX_PARAMETERS = 4;

function weightOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return weight === undefined ? 1 : /^q=[01](\.\d{0,3})?$/.test(weight) ? Math.min(1, Number(weight.slice(2))) : 0;
}
