const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const BEYOND_TILDE = /[\x7f-\uffff]/;

/**
 * Writes every UTF-16 unit above U+007E of a JSON text as `\uXXXX`: the same JSON, in ASCII alone.
 *
 * Engine.IO 3 clients disagree on how text is encoded and how its length is counted; on ASCII they all agree.
 */
export function escapeToAscii(json: string): string {
  const first = json.search(BEYOND_TILDE);
  if (first === -1) return json;
  let escaped = '';
  let copied = 0;
  for (let i = first; i < json.length; i += 1) {
    const code = json.charCodeAt(i);
    if (code <= 0x7e) continue;
    escaped += `${json.slice(copied, i)}\\u${HEX[code >> 8]}${HEX[code & 0xff]}`;
    copied = i + 1;
  }
  return escaped + json.slice(copied);
}
