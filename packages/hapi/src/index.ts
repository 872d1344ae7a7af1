export * from '@sio/core';
export { Namespace } from './namespace.js';
export type { SocketioOptions } from './options.js';
export { type HasRequest, withSession } from './session.js';
export { type SocketioPlugin, socketio } from './socketio.js';
