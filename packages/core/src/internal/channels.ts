import { containedChannel } from './contained-channel.js';

// Nothing is made for a channel without subscribers: ask `hasSubscribers` first, which costs next to nothing.

/** A client is in a namespace. */
export const connectionChannel = containedChannel('sio:connection');
/** A client has left a namespace. */
export const disconnectionChannel = containedChannel('sio:disconnection');
/** An event came in. */
export const eventChannel = containedChannel('sio:event');
/** An event went out. */
export const emitChannel = containedChannel('sio:emit');
/** An acknowledgement went out or came in. */
export const ackChannel = containedChannel('sio:ack');
/** Code of the application failed. */
export const errorChannel = containedChannel('sio:error');
/** A request, a connect or an event was refused. */
export const refusalChannel = containedChannel('sio:refusal');
