import { Engine } from './minimal/engine.mjs';
import { NaiveWebSocket } from './minimal/naive-websocket.mjs';

/**
 * The same minimal server as the floor, sending with `ws.send`: what one would write first. The difference between the
 * two is what owning the socket is worth.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export function start(http, settings) {
  new Engine(settings, (ws) => new NaiveWebSocket(ws)).attach(http);
}
