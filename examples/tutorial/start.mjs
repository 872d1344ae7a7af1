// Runs a step of the tutorial: `npm start -- tutorial 3`. Without a number it is the last one that needs nothing but Node.
import { readdirSync } from 'node:fs';

const [step = '6'] = process.argv.slice(2);
const folders = readdirSync(new URL('.', import.meta.url)).filter((name) => /^\d-/.test(name));
const folder = folders.find((name) => name.startsWith(`${step}-`));
if (folder === undefined) throw new Error(`There is no step ${step}. Steps: ${folders.join(', ')}`);
process.chdir(new URL(folder, import.meta.url).pathname);
await import(`./${folder}/server.js`);
