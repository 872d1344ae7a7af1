/**
 * The figures with rows in the report; the JSON has the others as well.
 * `ratio`: given relative to socket.io. Absolute times depend on the machine and the moment, bytes do not.
 * @type {Record<import('../types.d.ts').Method, { key: string, label: string, ratio: boolean, unit: string }[]>}
 */
export const metrics = {
  cpu: [{ key: 'cpu', label: 'server CPU', ratio: true, unit: 'µs' }],
  memory: [
    { key: 'rss', label: 'resident memory', ratio: true, unit: 'B' },
    { key: 'heap', label: 'heap', ratio: true, unit: 'B' },
  ],
  seen: [
    { key: 'import ms', label: 'CPU', ratio: true, unit: 'ms' },
    { key: 'import heap', label: 'heap', ratio: true, unit: 'B' },
  ],
  growth: [
    { key: 'heap before', label: 'heap before', ratio: false, unit: 'B' },
    { key: 'heap after', label: 'heap after', ratio: false, unit: 'B' },
    { key: 'growth per connection', label: 'growth', ratio: false, unit: 'B' },
  ],
  delay: [
    { key: 'delay p99 ms', label: 'event-loop delay, p99', ratio: true, unit: 'ms' },
    { key: 'p99 ms until answered', label: 'time until answered, p99', ratio: true, unit: 'ms' },
  ],
};
