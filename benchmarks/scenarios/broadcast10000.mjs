import { scenario as fanout } from './fanout.mjs';

/** @type {typeof fanout} */
export const scenario = {
  ...fanout,
  name: 'broadcast10000',
  title: 'broadcast to 10 000, warm',
  variants: fanout.variants
    .filter(({ name }) => name === '10000')
    .map((variant) => ({ ...variant, name: '', goals: { cpu: 0.62 } })),
};
