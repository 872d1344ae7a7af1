import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What `https.createServer` and its like want. */
export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

let made: Certificate | undefined;

/** A self-signed certificate for localhost. */
export function certificate(): Certificate {
  made ??= newCertificate();
  return made;
}

/** The same, but another one at each call. */
export function newCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'sio-certificate-'));
  try {
    const options = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const files = ['-keyout', 'key.pem', '-out', 'cert.pem', '-subj', '/CN=localhost'];
    execFileSync('openssl', ['req', ...options, ...files], { cwd: folder, stdio: 'ignore' });
    return { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
