/** Every scenario, in the order of the report. The first seven are what a run without names measures. */
export const scenarioNames = [
  'connect',
  'echo',
  'burst',
  'broadcast300',
  'binary4k',
  'polling',
  'idle',
  'upgrade',
  'guarded',
  'rooms',
  'fanout',
  'sizes',
  'ackbroadcast',
  'storm',
  'churn',
  'delay',
];

export const standardNames = scenarioNames.slice(0, 7);

/**
 * @param {string} name
 * @returns {Promise<import('../types.d.ts').Scenario>}
 */
export async function loadScenario(name) {
  if (!scenarioNames.includes(name)) throw new Error(`no scenario "${name}"; there are ${scenarioNames.join(', ')}`);
  const { scenario } = await import(`./${name}.mjs`);
  return scenario;
}
