// Code that was written with an editor's help imports types from socket.io/dist/typed-events.
export type { DefaultEventsMap, EventsMap } from '@sio/core';
