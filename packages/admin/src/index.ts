export { type AdminHandlers, adminHandlers, statsHandlers } from './handlers.js';
export type { AdminOptions, UserSocket } from './settings.js';
export type { Bounded, NamespaceRow, RefusalRow, RoomRow, SlowRow, Snapshot } from './snapshot.js';
