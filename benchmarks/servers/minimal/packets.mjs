/** Socket.IO packets of protocol 5 in the main namespace, as text with the Engine.IO type digit in front. */

const CODE_0 = 48;
const CODE_9 = 57;

/** @typedef {{ type: number, attachments: number, id: number, data: any }} Packet id is -1 without acknowledgement */

/**
 * @param {string} text a packet without the Engine.IO digit
 * @returns {Packet | null} null when it is none that this server understands
 */
export function decode(text) {
  const type = text.charCodeAt(0) - CODE_0;
  let at = 1;
  let attachments = 0;
  if (type === 5 || type === 6) {
    const dash = text.indexOf('-');
    attachments = Number(text.slice(1, dash));
    if (dash === -1 || !(attachments >= 0 && attachments <= 10)) return null;
    at = dash + 1;
  }
  let id = -1;
  for (let code = text.charCodeAt(at); code >= CODE_0 && code <= CODE_9; code = text.charCodeAt(++at)) {
    id = (id === -1 ? 0 : id * 10) + code - CODE_0;
  }
  try {
    return { type, attachments, id, data: at < text.length ? JSON.parse(text.slice(at)) : undefined };
  } catch {
    return null;
  }
}

/**
 * An event or an acknowledgement. Values that hold no bytes, which is nearly all of them, are not taken apart.
 * @param {2 | 3} type
 * @param {unknown[]} args
 * @param {number} id
 * @param {Buffer[]} attachments is added to
 */
export function encode(type, args, id, attachments) {
  const tail = id === -1 ? '' : String(id);
  if (!args.some(holdsBytes)) return `4${type}${tail}${JSON.stringify(args)}`;
  const json = JSON.stringify(takeOut(args, attachments));
  return `4${type + 3}${attachments.length}-${tail}${json}`;
}

/** @param {unknown} value @returns {boolean} */
function holdsBytes(value) {
  if (typeof value !== 'object' || value === null) return false;
  if (ArrayBuffer.isView(value)) return true;
  return (Array.isArray(value) ? value : Object.values(value)).some(holdsBytes);
}

/** @param {unknown} value @param {Buffer[]} attachments @returns {unknown} */
function takeOut(value, attachments) {
  if (Buffer.isBuffer(value)) return { _placeholder: true, num: attachments.push(value) - 1 };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => takeOut(each, attachments));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, takeOut(each, attachments)]));
}

/** @param {any} value as parsed; changed in place @param {Buffer[]} attachments @returns {any} */
export function putBack(value, attachments) {
  if (typeof value !== 'object' || value === null) return value;
  if (value._placeholder === true) return attachments[value.num];
  for (const key of Object.keys(value)) value[key] = putBack(value[key], attachments);
  return value;
}
