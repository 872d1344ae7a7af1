import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { basename, dirname } from 'node:path';
import { listen } from '@sio/test-kit';
import { manifestOf, packedPackages } from './packages.js';

/**
 * Starts a registry for npm that has our packages as they are published, and passes requests for all others on to npm's own. It ends with
 * the test.
 *
 * @returns its URL
 */
export function startRegistry(): Promise<string> {
  const server = createServer((req, res) => {
    const path = decodeURIComponent(req.url ?? '/').slice(1);
    const name = path.split('/-/')[0]!;
    if (!packedPackages().has(name)) return void passOn(req.url ?? '/', res);
    const tarball = tarballOf(name);
    if (path !== name) return void res.end(tarball);
    const { version, ...manifest } = manifestOf(packedPackages().get(name)!.folder);
    const dist = {
      tarball: `http://${req.headers.host}/${name}/-/${basename(name)}-${version}.tgz`,
      integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
    };
    const versions = { [version]: { ...manifest, version, dist } };
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
  });
  return listen(server);
}

const tarballs = new Map<string, Buffer>();

function tarballOf(name: string): Buffer {
  const { folder } = packedPackages().get(name)!;
  const made =
    tarballs.get(name) ??
    execFileSync(
      'tar',
      ['-cz', '--transform', `s,^${basename(folder)},package,`, '-C', dirname(folder), basename(folder)],
      {
        maxBuffer: Number.POSITIVE_INFINITY,
      },
    );
  tarballs.set(name, made);
  return made;
}

async function passOn(path: string, res: ServerResponse): Promise<void> {
  try {
    const answer = await fetch(`https://registry.npmjs.org${path}`);
    res.statusCode = answer.status;
    res.setHeader('content-type', answer.headers.get('content-type') ?? 'application/octet-stream');
    res.end(Buffer.from(await answer.arrayBuffer()));
  } catch (error) {
    res.writeHead(502).end(String(error));
  }
}
