import { Engine } from './minimal/engine.mjs';
import { RawWebSocket } from './minimal/raw-websocket.mjs';

/**
 * The floor: about the least work that Engine.IO 4 and Socket.IO 5 can be served with on Node's `http` and `net`, with
 * `ws` for receiving. It does all that the protocols demand of a server (random ids, heartbeats, limits, UTF-8 and JSON
 * checks, the upgrade) and nothing an application would want beyond the behaviours that are measured.
 *
 * Why it is cheap:
 * - frames are built as text in which one character is one byte, header and payload together; joining such strings
 *   costs next to nothing, and Node hands them to the kernel without a Buffer in between (`raw-websocket.mjs`);
 * - whatever one connection sends during one turn of the event loop is one write, and all writes come when everything that
 *   has arrived is read, since each wakes a client (`flusher.mjs`);
 * - the answer to a poll or post is one string, head and body (`polling-wire.mjs`);
 * - a broadcast is encoded and framed once (`application.mjs`);
 * - deadlines are a list and one timer, not a timer per connection (`deadlines.mjs`);
 * - a connection is one object of one shape; sets and lists are made when they are needed (`connection.mjs`);
 * - nothing is made per packet except the packet.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export function start(http, settings) {
  new Engine(settings, (ws, socket) => new RawWebSocket(ws, socket)).attach(http);
}
