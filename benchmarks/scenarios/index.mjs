/** Those that the product has goals for. */
export const goalNames = [
  'connect-cold',
  'connect',
  'echo',
  'burst',
  'broadcast300',
  'binary4k',
  'binary4k-cold',
  'polling',
  'polling-agent',
  'idle',
];

/** Every scenario, in the order of the report. */
export const scenarioNames = [
  ...goalNames,
  'import',
  'idle-fresh',
  'binary4k-joined',
  'upgrade',
  'guarded',
  'rooms',
  'fanout',
  'sizes',
  'ackbroadcast',
  'storm',
  'churn',
  'delay',
  'mixed',
  'mounts-connect',
  'mounts-connect-cold',
  'mounts-echo',
  'mounts-polling',
  'mounts-polling-direct',
  'costs-event',
  'costs-depth',
  'costs-broadcast',
];

/**
 * @param {string} name
 * @returns {Promise<import('../types.d.ts').Scenario>}
 */
export async function loadScenario(name) {
  if (!scenarioNames.includes(name)) throw new Error(`no scenario "${name}"; there are ${scenarioNames.join(', ')}`);
  const { scenario } = await import(`./${name}.mjs`);
  return scenario;
}
