import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';

/** The repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

const folders = globSync('packages/*/package.json', { cwd: root }).map(dirname).sort();

/** Every entry of every published package, such as `@sio/core/mount`, and its file below the repository. */
export const entries = folders.flatMap((folder) => {
  const manifest = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'));
  const targets = Object.entries(manifest.private ? {} : manifest.exports);
  return targets
    .filter(([, target]) => typeof target === 'object')
    .map(([path, target]) => ({
      specifier: manifest.name + path.slice(1),
      source: `${folder}/${target.default.types.replace('./dist/', 'src/').replace(/\.d\.c?ts$/, '.ts')}`,
    }));
});
