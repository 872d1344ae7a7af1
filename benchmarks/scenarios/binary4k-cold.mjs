import { scenario as binary4k } from './binary4k.mjs';

/** The first messages of a process, most of them before V8 has compiled what handles them. @type {typeof binary4k} */
export const scenario = {
  ...binary4k,
  name: 'binary4k-cold',
  title: '4 KiB binary echo, header and attachment written one after the other, the first 6 000 of a process',
  variants: [{ name: '', connections: 50, warmup: 1, count: 6000, goals: { cpu: 0.7 } }],
};
