// Code that was written with an editor's help imports types from socket.io/dist/broadcast-operator.
export { BroadcastOperator, RemoteSocket } from '@sio/core';
