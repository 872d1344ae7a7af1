// npm run soak -- [--minutes 5] [--crowd 200]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { graph, report } from './report.js';
import { soak } from './soak.js';

const options = { minutes: { type: 'string', default: '5' }, crowd: { type: 'string', default: '200' } } as const;
const { values } = parseArgs({ options });
const result = await soak({ milliseconds: Number(values.minutes) * 60_000, crowd: Number(values.crowd) });
const folder = new URL('../../results/', import.meta.url);
writeFileSync(new URL('soak.md', folder), report(result));
writeFileSync(new URL('soak.svg', folder), await graph(result.samples));
console.log(report(result));
process.exit();
