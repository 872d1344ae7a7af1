/** To be seen on light and on dark pages. */
const COLOURS = ['#7465f0', '#d9691e', '#17936a', '#d64541', '#1d8fc9', '#a87412', '#9457c9', '#7a758f'];

/**
 * A line for each label over the last seconds, drawn by uPlot.
 *
 * @param {HTMLElement} place
 * @param {{ labels: string[], seconds: number, unit: string, top: (most: number) => number }} options `top` is the end of the scale
 * @returns {(times: number[], rows: (number | null)[][]) => void} shows seconds since 1970, and a row of values for each label
 */
export function lineGraph(place, { labels, seconds, unit, top }) {
  const size = () => ({ width: place.clientWidth, height: Math.max(220, innerHeight * 0.5) });
  const axis = {
    // Asked for at each drawing: the visitor may change between light and dark.
    stroke: () => getComputedStyle(place).color,
    grid: { stroke: '#8a879944' },
    ticks: { stroke: '#8a879944' },
  };
  const inUnit = (name) => (_, values) => values.map((value) => `${value} ${name}`);
  const plot = new uPlot(
    {
      ...size(),
      axes: [
        { ...axis, values: inUnit('s') },
        { ...axis, size: 64, values: inUnit(unit) },
      ],
      scales: { x: { time: false, range: [-seconds, 0] }, y: { range: (_, __, most) => [0, top(most ?? 0)] } },
      series: [
        {},
        ...labels.map((label, index) => ({
          label,
          stroke: COLOURS[index % COLOURS.length],
          fill: index === 0 ? `${COLOURS[0]}22` : undefined,
          width: index === 0 ? 3 : 1.5,
          points: { show: false },
        })),
      ],
      cursor: { show: false },
      legend: { live: false },
    },
    [[], ...labels.map(() => [])],
    place,
  );
  addEventListener('resize', () => plot.setSize(size()));
  return (times, rows) => plot.setData([times.map((time) => time - times.at(-1)), ...rows]);
}
