import { fileURLToPath } from 'node:url';

export { ChatNamespace } from './chat.js';
export { type Claim, claim, MembersNamespace } from './members.js';

/** The folder of the page. */
export const page = fileURLToPath(new URL('../public/', import.meta.url));

/** The page needs nothing but its own files, and the socket of its own server. */
export const contentSecurityPolicy = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'";
