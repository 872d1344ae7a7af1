import { scenario as idle } from './idle.mjs';

const fresh = { connections: 0, warmup: 100, count: 3000 };

/**
 * The growth of a process that has just begun, with Node's own settings: mostly the space for young objects.
 * @type {typeof idle}
 */
export const scenario = {
  ...idle,
  name: 'idle-fresh',
  maxRounds: 3,
  title: 'memory of the first 3 000 idle connections of a process',
  variants: [
    { ...fresh, name: 'request kept' },
    { ...fresh, name: 'request let go', settings: { releaseRequest: true } },
  ],
};
