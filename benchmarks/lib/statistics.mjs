/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {number[]} values @returns {import('../types.d.ts').Summary} */
export function summarize(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * Ratios of figures taken in the same round, so that what slows the whole machine down for a while cancels out.
 * @param {number[]} values one per round
 * @param {number[]} base one per round
 */
export function pairedRatios(values, base) {
  const rounds = Math.min(values.length, base.length);
  return Array.from({ length: rounds }, (_, round) => values[round] / base[round]);
}

/** @param {number[]} values @param {number} p between 0 and 1 */
export function percentile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}
