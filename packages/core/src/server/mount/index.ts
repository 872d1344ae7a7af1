export type { Peer } from '../../transport/exchange.js';
export { attachToServer } from './direct-mount.js';
export type { Endpoint } from './endpoint.js';
export { failResponse } from './guarded-response.js';
export { type MountOptions, MountPoint } from './mount-point.js';
export type { MountRequest } from './mounted-exchange.js';
export { mergedHeader, refuse, sendReply, setHeaders } from './reply.js';
export { type StoredSession, sessionInCookie, sessionMissing, workOnSession } from './stored-session.js';
export { belowPrefix, pathOf } from './target.js';
