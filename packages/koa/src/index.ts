export * from '@sio/core';
export { Namespace } from './namespace.js';
export { type HasContext, type SessionOf, withSession } from './session.js';
export { type SocketioMiddleware, type SocketioOptions, socketio } from './socketio.js';
