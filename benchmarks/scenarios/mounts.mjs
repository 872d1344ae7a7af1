/**
 * sio with the same class on plain Node and mounted on each framework.
 * @type {import('../types.d.ts').Peer[]}
 */
export const mounts = [
  { name: 'sio-class', title: 'plain Node' },
  { name: 'sio-express', title: 'Express' },
  { name: 'sio-koa', title: 'Koa' },
  { name: 'sio-fastify', title: 'Fastify' },
  { name: 'sio-hapi', title: 'Hapi' },
];

/**
 * The same, with requests of open sessions past the framework.
 * @type {import('../types.d.ts').Peer[]}
 */
export const directMounts = mounts.map(({ name, title }, index) =>
  index === 0
    ? { name, title }
    : {
        name: name.replace('sio-', 'direct-'),
        title: `${title}, direct`,
        server: name,
        settings: { options: { establishedRequests: 'direct' } },
      },
);

/**
 * A scenario played by the mounts instead of the usual servers.
 * @template State
 * @param {import('../types.d.ts').Scenario<State>} scenario
 * @param {Partial<import('../types.d.ts').Variant>} [changes]
 * @returns {import('../types.d.ts').Scenario<State>}
 */
export function onMounts(scenario, changes = {}) {
  const variants = scenario.variants.map((variant) => ({ ...variant, goals: {}, ...changes }));
  return { ...scenario, name: `mounts-${scenario.name}`, contestants: mounts, variants };
}
