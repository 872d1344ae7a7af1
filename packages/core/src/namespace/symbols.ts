// Names for what the server's own parts need of a socket. They are symbols, so that classes of users may call their members what they like.

/** A broadcast reaches the socket. */
export const kDeliver: unique symbol = Symbol('sio.deliver');
/** A packet for the socket has come. */
export const kReceive: unique symbol = Symbol('sio.receive');
/** Something has come that could not be understood; the connection ends. */
export const kProtocolError: unique symbol = Symbol('sio.protocolError');
/** Its client has left, or is disconnected. */
export const kClose: unique symbol = Symbol('sio.close');
/** Its authentication has ended. */
export const kEndAuth: unique symbol = Symbol('sio.endAuth');
/** Asks whether the client may come in. */
export const kBeforeConnect: unique symbol = Symbol('sio.beforeConnect');
/** Lets the client in. */
export const kConnect: unique symbol = Symbol('sio.connect');
/** Keeps the client out. */
export const kAbandon: unique symbol = Symbol('sio.abandon');
/** Sends an acknowledgement. */
export const kAcknowledge: unique symbol = Symbol('sio.acknowledge');
/** Refuses an event, or tells that its handler has failed. */
export const kFail: unique symbol = Symbol('sio.fail');
/** Reports a failure of the application's code. */
export const kReport: unique symbol = Symbol('sio.report');
/** The client is not in yet. */
export const kJoining: unique symbol = Symbol('sio.joining');
/** Something that its client waits for is under way. */
export const kBusy: unique symbol = Symbol('sio.busy');
/** Finds the methods of its class. */
export const kMethods: unique symbol = Symbol('sio.methods');
/** The session that its client may come back to. */
export const kSession: unique symbol = Symbol('sio.session');
