import type { ResponseObject, ResponseToolkit } from '@hapi/hapi';
import type { Reply } from '@sio/core/mount';

/** Headers that add to what is there already, instead of replacing it. */
const ADDING = new Set(['set-cookie', 'vary']);

/** Gives an answer as a Hapi response, so that `onPreResponse` sees it: also a 101, which becomes the WebSocket afterwards. */
export function answer(h: ResponseToolkit, { status, headers, body }: Reply): ResponseObject {
  const response = status === 101 ? h.response() : h.response(body);
  for (const [name, value] of Object.entries(headers)) {
    const append = ADDING.has(name.toLowerCase());
    for (const one of [value].flat()) response.header(name, one, { append });
  }
  return response.code(status);
}
