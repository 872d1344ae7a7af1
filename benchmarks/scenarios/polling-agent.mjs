import { AgentPollingClient } from '../load/agent-polling.mjs';
import { prepareBrowsers } from '../load/browser.mjs';
import { scenario as polling } from './polling.mjs';

/** Requests as programs on Node send them, the official client among them. @type {typeof polling} */
export const scenario = {
  ...polling,
  name: 'polling-agent',
  title: "long-polling echo over Node's HTTP agent, 50 clients, warm",
  variants: [{ name: '', connections: 50, warmup: 20_000, count: 6000, goals: { cpu: 0.82 } }],
  prepare: prepareBrowsers(AgentPollingClient),
};
