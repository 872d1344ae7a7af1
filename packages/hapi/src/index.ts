export * from '@sio/core';
export { Namespace } from './namespace.js';
export { type HasRequest, withSession } from './session.js';
export { type SocketioOptions, type SocketioPlugin, socketio } from './socketio.js';
