import type { Target } from '../../target.js';
import type { EngineVersion, Session } from '../../wire/handshake.js';
import type { Answer } from '../../wire/http.js';

/** `info` is neither good nor bad; `skipped` could not be looked at. */
export type Status = 'ok' | 'info' | 'warning' | 'failed' | 'skipped';

/** The result of one check. */
export interface Finding {
  readonly status: Status;
  /** The observation. */
  readonly text: string;
  /** A sentence that says how to fix it. */
  readonly remedy?: string;
}

/** The findings of earlier checks, for later ones. */
export interface Facts {
  readonly target: Target;
  /** The origin that a browser's page would have. */
  readonly origin: string | undefined;
  /** Sessions that are opened to see whether all requests reach the same server. */
  readonly sessions: number;
  /** The newest protocol version that the server supports. */
  engine?: EngineVersion;
  /** Over polling. */
  answer?: Answer;
  session?: Session;
  webSocket?: boolean;
}

export interface Check {
  readonly id: string;
  /** @throws Failure, which counts as failed */
  run(facts: Facts): Promise<Finding>;
}

export const ok = (text: string): Finding => ({ status: 'ok', text });
export const info = (text: string): Finding => ({ status: 'info', text });
export const skipped = (text: string): Finding => ({ status: 'skipped', text });
export const warning = (text: string, remedy: string): Finding => ({ status: 'warning', text, remedy });
export const failed = (text: string, remedy?: string): Finding => ({
  status: 'failed',
  text,
  ...(remedy !== undefined && { remedy }),
});
