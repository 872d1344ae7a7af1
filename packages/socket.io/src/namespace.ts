// Code that was written with an editor's help imports types from socket.io/dist/namespace.
export type { ExtendedError } from '@sio/core';
export { Hub as Namespace } from '@sio/core';
