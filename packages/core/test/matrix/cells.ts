import { PAGE_VERSIONS, type PageVersion, VERSIONS, type Version } from '@sio/test-kit';
import type { PythonClient } from '@sio/test-kit/python';
import type { Cell } from './features.js';

/** A cell as tests and people call it. */
export interface NamedCell extends Cell {
  readonly name: string;
}

const LEGACY = ['websocket', 'flashsocket', 'htmlfile', 'xhr-multipart', 'xhr-polling', 'jsonp-polling'];
const MODERN = [['websocket'], ['polling'], ['polling', 'websocket']];
const versions = Object.keys(VERSIONS) as Version[];
const pageVersions = Object.keys(PAGE_VERSIONS) as PageVersion[];

/** The official clients in Node. Where 0.9 had a browser or Flash help it, Node does the same. */
export const nodeCells: readonly NamedCell[] = versions.flatMap((version) => {
  const ways = version === '0.9.17' ? LEGACY.map((name) => [name]) : MODERN;
  return ways.map((transports) => ({ version, transports, name: nameOf(version, transports) }));
});

/** Their bundles in a page. Flash and Internet Explorer are gone; clients after 4.2 have no JSONP. */
export const pageCells: readonly (NamedCell & { readonly version: PageVersion })[] = pageVersions.flatMap((version) => {
  const cell = (transports: string[]) => ({ version, transports, inPage: true, name: nameOf(version, transports) });
  if (version.startsWith('0.')) return ['websocket', 'xhr-polling', 'jsonp-polling'].map((name) => cell([name]));
  const jsonp = { ...cell(['polling']), options: { forceJSONP: true }, name: `${version} over polling with JSONP` };
  return version === '4.8.4' ? MODERN.map(cell) : [...MODERN.map(cell), jsonp];
});

export type PythonCell = NamedCell & { readonly release: PythonClient; readonly way: 'sync' | 'asyncio' };

/** python-socketio: 4.6 speaks Engine.IO 3, 5.x speaks Engine.IO 4. */
export const pythonCells: readonly PythonCell[] = (['4.6', '5.x'] as const).flatMap((release) =>
  (['sync', 'asyncio'] as const).flatMap((way) =>
    MODERN.map((transports) => ({
      release,
      way,
      version: `python-socketio ${release}`,
      threads: way === 'sync',
      transports,
      name: nameOf(`${release} ${way}`, transports),
    })),
  ),
);

function nameOf(client: string, transports: readonly string[]): string {
  return `${client} over ${transports.join(', then ')}`;
}
