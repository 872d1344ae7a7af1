import type * as codec from '../../../core/dist/codec/index.js';
import type * as inline from '../../../core/dist/codec/packet/inline-binary.js';
import type * as query from '../../../core/dist/dialect/engine/handshake.js';
import type * as legacyTarget from '../../../core/dist/dialect/legacy/target.js';
import type * as encoding from '../../../core/dist/internal/http/accept-encoding.js';
import type * as origin from '../../../core/dist/server/endpoint/origin.js';
import type * as standing from '../../../core/dist/server/mount/paths.js';
import type * as mountTarget from '../../../core/dist/server/mount/paths.js';
import type * as webSocket from '../../../core/dist/transport/websocket/receiver.js';
import type * as webTransport from '../../../core/dist/transport/webtransport/webtransport-frame.js';

/** The inner modules that are fuzzed. They are handed in: as they were built, or from the sources in a test. */
export interface UnderTest {
  readonly codec: typeof codec;
  readonly inline: typeof inline;
  readonly query: typeof query;
  readonly legacyTarget: typeof legacyTarget;
  readonly mountTarget: typeof mountTarget;
  readonly standing: typeof standing;
  readonly origin: typeof origin;
  readonly encoding: typeof encoding;
  readonly webTransport: typeof webTransport;
  readonly webSocket: typeof webSocket;
}

export const FILES = {
  codec: 'codec/index.js',
  inline: 'codec/packet/inline-binary.js',
  query: 'dialect/engine/handshake.js',
  legacyTarget: 'dialect/legacy/target.js',
  mountTarget: 'server/mount/paths.js',
  standing: 'server/mount/paths.js',
  origin: 'server/endpoint/origin.js',
  encoding: 'internal/http/accept-encoding.js',
  webTransport: 'transport/webtransport/webtransport-frame.js',
  webSocket: 'transport/websocket/receiver.js',
} as const satisfies Record<keyof UnderTest, string>;

/** Loads them. @param base URL of the folder that holds them */
export async function loadUnderTest(base: URL): Promise<UnderTest> {
  const loaded = Object.entries(FILES).map(
    async ([name, file]) => [name, (await import(new URL(file, base).href)) as unknown] as const,
  );
  // FILES has the members of UnderTest, each with the module of its type.
  return Object.fromEntries(await Promise.all(loaded)) as unknown as UnderTest;
}
