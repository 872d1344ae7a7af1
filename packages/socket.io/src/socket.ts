// Code that was written with an editor's help imports types from socket.io/dist/socket.
export { type DisconnectReason, type Event, type Handshake, Socket } from '@sio/core';
