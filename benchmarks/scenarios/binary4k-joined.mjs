import { joined } from './binary4k.mjs';

/** @type {typeof joined} */
export const scenario = {
  ...joined,
  name: 'binary4k-joined',
  title: '4 KiB binary echo, header and attachment in one write, warm',
  variants: joined.variants.map(({ goals: _goals, ...variant }) => variant),
};
