export * from '@sio/core';
export { Namespace } from './namespace.js';
export { type HasRequest, type SessionOf, withSession } from './session.js';
export { type SocketioOptions, type SocketioPlugin, socketio } from './socketio.js';
