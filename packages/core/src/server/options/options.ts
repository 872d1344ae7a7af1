import type { AppGuard, AuthOptions } from '../../namespace/access/guard-types.js';
import type { DefaultRequest } from '../../namespace/contracts.js';
import type { SessionIdOf } from '../sessions/login-sessions.js';
import { type LimitOptions, limitDefaults, limitTable } from './limits.js';
import { type DefaultsOf, defaultsOf, type GivenOptions, type OptionTable } from './rows.js';
import { optionTable } from './table.js';

/** Options whose functions get the request of a socket, which is the framework's own object under an adapter. */
interface RequestOptions<Request> {
  auth: AuthOptions<Request>;
  guards: readonly AppGuard<Request>[];
  sessionId: SessionIdOf<Request>;
}

type TableOptions<Request> = {
  [Name in keyof typeof optionTable]?: Name extends keyof RequestOptions<Request>
    ? RequestOptions<Request>[Name] | undefined
    : GivenOptions<typeof optionTable>[Name];
};

/**
 * Options of a server. Durations are milliseconds, sizes bytes, unless said otherwise. An option that is `undefined` has its default.
 * @typeParam Request the type of `socket.request`: the framework's own object under an adapter
 */
export interface ServerOptions<Request = DefaultRequest> extends TableOptions<Request>, LimitOptions {}

/** All options by name. */
export const allOptions: OptionTable = { ...optionTable, ...limitTable };

/** The defaults. Durations in milliseconds, sizes in bytes. */
export const defaults: DefaultsOf<typeof optionTable> & DefaultsOf<typeof limitTable> = Object.freeze({
  ...defaultsOf(optionTable),
  ...limitDefaults,
});

/** Every option that has a default. */
type WithDefault = Exclude<keyof typeof defaults & keyof ServerOptions, 'cors'>;

/** The options with every default filled in. */
export type Settings = Omit<ServerOptions, WithDefault> & {
  readonly [Name in WithDefault]-?: Exclude<ServerOptions[Name], undefined>;
};

/** Fills in the defaults. */
export function settingsOf(options: ServerOptions): Settings {
  // Left out, `cors` is not the same as `false`: then the headers follow from `allowedOrigins`.
  return { ...defaults, cors: undefined, ...options } as Settings;
}
