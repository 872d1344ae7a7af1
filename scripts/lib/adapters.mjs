import { readSource } from './source.mjs';

/** Lines of code that an adapter may have, apart from its session helper: what it needs more of belongs into the core. */
export const ADAPTER_LINES = 125;
/** Lines of the test file that puts an adapter to the contract. */
export const CONTRACT_LINES = 60;

const ADAPTERS = ['express', 'koa', 'fastify', 'hapi'];

/**
 * Which adapters have outgrown what an adapter is.
 *
 * @param {readonly string[]} files paths below the repository's root
 * @param {(file: string) => string} read
 * @returns {string[]} complaints
 */
export function checkAdapters(files, read) {
  return ADAPTERS.flatMap((name) => {
    const sources = files.filter((file) => file.startsWith(`packages/${name}/src/`) && !file.endsWith('/session.ts'));
    const lines = sources.reduce((sum, file) => sum + linesOfCode(read(file)), 0);
    const contract = `packages/${name}/test/contract.test.ts`;
    const length = files.includes(contract) ? read(contract).trimEnd().split('\n').length : 0;
    return [
      ...over(`packages/${name}/src`, lines, ADAPTER_LINES, 'lines of code without session.ts'),
      ...over(contract, length, CONTRACT_LINES - 1, 'lines'),
    ];
  });
}

/** @param {string} where @param {number} lines @param {number} limit @param {string} unit */
function over(where, lines, limit, unit) {
  return lines <= limit ? [] : [`${where} has ${lines} ${unit}; ${limit} are allowed`];
}

/** @param {string} text */
function linesOfCode(text) {
  return readSource(text)
    .code.split('\n')
    .filter((line) => line.trim() !== '').length;
}
