import hdr, { type JsHistogram } from 'hdr-histogram-js';

/** Milliseconds. */
export interface Summary {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Microseconds. */
const LONGEST = 600_000_000;

/** Durations, with three significant digits. */
export class Times {
  readonly #histogram = hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
    useWebAssembly: false,
  }) as JsHistogram;

  /** @param milliseconds */
  add(milliseconds: number): void {
    this.#histogram.recordValue(Math.min(Math.max(Math.round(milliseconds * 1000), 1), LONGEST));
  }

  /** @returns undefined without a duration */
  summary(): Summary | undefined {
    const it = this.#histogram;
    if (it.totalCount === 0) return undefined;
    // It returns the upper end of a bucket, which can be above the longest duration.
    const at = (percentile: number) => inMilliseconds(Math.min(it.getValueAtPercentile(percentile), it.maxValue));
    return {
      count: it.totalCount,
      min: inMilliseconds(it.minNonZeroValue),
      mean: inMilliseconds(it.mean),
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      max: inMilliseconds(it.maxValue),
    };
  }

  /** How many durations are at least `from` and below `to`, both in milliseconds. */
  between(from: number, to: number): number {
    const it = this.#histogram;
    const last = it.countsArrayIndex(Math.min(Math.round(to * 1000), LONGEST));
    let sum = 0;
    for (let index = it.countsArrayIndex(Math.round(from * 1000)); index < last; index++)
      sum += it.getCountAtIndex(index);
    return sum;
  }

  /** A histogram whose bounds double from line to line. */
  bars(): string[] {
    return barsOf(this);
  }
}

const inMilliseconds = (microseconds: number): number => Math.round(microseconds / 10) / 100;

const WIDTH = 40;
const MOST_BARS = 14;

function barsOf(times: Times): string[] {
  const summary = times.summary();
  if (summary === undefined) return [];
  let from = 2 ** Math.floor(Math.log2(Math.max(summary.min, 0.001)));
  const bars: { readonly label: string; readonly count: number }[] = [];
  for (let isFirst = true; from <= summary.max; from *= 2, isFirst = false) {
    const isLast = bars.length === MOST_BARS - 1;
    const to = isLast ? Number.POSITIVE_INFINITY : from * 2;
    bars.push({
      label: isLast ? `${format(from)} ms or more` : `below ${format(to)} ms`,
      count: times.between(isFirst ? 0 : from, to),
    });
    if (isLast) break;
  }
  const most = Math.max(...bars.map(({ count }) => count));
  const label = Math.max(...bars.map((bar) => bar.label.length));
  const digits = String(most).length;
  return bars.map(
    (bar) =>
      `${bar.label.padStart(label)}  ${String(bar.count).padStart(digits)}  ${'█'.repeat(Math.ceil((bar.count / most) * WIDTH))}`,
  );
}

const format = (value: number): string => (value < 1 ? value.toPrecision(2) : String(Math.round(value)));
