import { scenario as connect } from './connect.mjs';

/** Connections stay open, so that none is closed in between. @type {typeof connect} */
export const scenario = {
  ...connect,
  name: 'connect-cold',
  title: 'connect, websocket only, one namespace, the first 2 000 of a process',
  variants: [{ name: '', connections: 0, warmup: 1, count: 2000, goals: { cpu: 0.45 } }],
  // One reset would collect what has come so far.
  reset: undefined,
};
