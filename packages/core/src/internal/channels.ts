import { channel } from 'node:diagnostics_channel';

// Nothing is made for a channel that nobody listens to: ask `hasSubscribers` first, which costs next to nothing.

/** A client is in a namespace. */
export const connectionChannel = channel('sio:connection');
/** A client has left a namespace. */
export const disconnectionChannel = channel('sio:disconnection');
/** An event came in. */
export const eventChannel = channel('sio:event');
/** An event went out. */
export const emitChannel = channel('sio:emit');
/** An acknowledgement went out or came in. */
export const ackChannel = channel('sio:ack');
/** Code of the application failed. */
export const errorChannel = channel('sio:error');
/** A request, a connect or an event was refused. */
export const refusalChannel = channel('sio:refusal');
