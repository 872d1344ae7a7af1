import { globSync } from 'tinyglobby';

/*
 * What may import what. `npm run lint` checks it, type-only imports included.
 *
 * The layers of the core, lowest first: a file imports its own layer and lower ones.
 */
const LAYERS = ['internal', 'codec', 'transport', 'virtual-socket', 'dialect', 'namespace', 'server'];
/** Packages that mount the core in a framework: they pass the contract. */
const FRAMEWORKS = globSync('packages/*/test/contract.test.ts').map((path) => path.split('/')[1]);
const ADAPTERS = `^packages/(${FRAMEWORKS.join('|')})/`;
const CORE = '^packages/core/src/';

const layers = LAYERS.slice(0, -1).map((layer, index) => ({
  name: `layer-${layer}`,
  comment: `${layer} may import ${LAYERS.slice(0, index + 1).join(', ')}.`,
  severity: 'error',
  from: { path: `${CORE}${layer}/` },
  to: { path: `${CORE}(${LAYERS.slice(index + 1).join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...layers,
    {
      name: 'no-circles',
      comment: 'Put what both need into a third module, such as contracts.ts.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'known-folders',
      comment: `Beside the entries, the core has ${LAYERS.join(', ')} only.`,
      severity: 'error',
      from: { path: CORE },
      to: { path: CORE, pathNot: `${CORE}((${LAYERS.join('|')})/|(adapter|index|compat|memory|mount)\\.ts$)` },
    },
    {
      name: 'entries-are-for-users',
      comment: 'Import the module itself, not an entry of the package.',
      severity: 'error',
      from: { path: `${CORE}.+/` },
      to: { path: `${CORE}[^/]+$` },
    },
    {
      name: 'core-knows-no-users',
      severity: 'error',
      from: { path: '^packages/core/src' },
      to: { path: '^packages/(?!core/)' },
    },
    {
      name: 'adapters-use-the-interface',
      comment: 'An adapter imports @sio/core and @sio/core/mount only.',
      severity: 'error',
      from: { path: `${ADAPTERS}src` },
      to: { path: '^packages/(?!$1/)', pathNot: `${CORE}(index|mount)\\.ts$` },
    },
    {
      name: 'no-test-in-sources',
      severity: 'error',
      from: { path: '^packages/[^/]+/src' },
      to: { path: '^packages/[^/]+/test' },
    },
    {
      name: 'not-resolvable',
      severity: 'error',
      from: { path: `^packages/(core|testing|${FRAMEWORKS.join('|')})/src` },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.test.json' },
    doNotFollow: { path: 'node_modules|/dist/' },
  },
};
