import { readFileSync } from 'node:fs';

/** Reads the files again at each call: they are renewed while the server runs. */
export function certificate() {
  return { key: readFileSync(process.env.TLS_KEY), cert: readFileSync(process.env.TLS_CERT) };
}
