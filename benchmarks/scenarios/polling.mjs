import { playEchoes, prepareBrowsers } from '../load/browser.mjs';
import { PollingClient } from '../load/polling.mjs';

/** @type {import('../types.d.ts').Scenario<import('../load/browser.mjs').Browsers>} */
export const scenario = {
  name: 'polling',
  title: 'long-polling echo (one GET and one POST), 50 clients, warm',
  op: 'echo',
  method: 'cpu',
  handlers: ['echo'],
  variants: [{ name: '', connections: 50, warmup: 60_000, count: 40_000, goals: { cpu: 0.6 } }],
  prepare: prepareBrowsers(PollingClient),
  work: playEchoes,
};
