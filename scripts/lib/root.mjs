import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where the scripts keep what they may lose at any time. */
export const cacheDirectory = `${root}node_modules/.cache/sio/`;
