/** The part that the official clients of all releases share, as far as tests use it. */
export interface OfficialSocket {
  readonly connected: boolean;
  on(event: string, listener: (...args: never[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  connect(): unknown;
  disconnect(): unknown;
  readonly io: OfficialManager;
}

export interface OfficialManager {
  readonly engine: OfficialEngine;
  on(event: string, listener: (...args: never[]) => void): unknown;
}

export interface OfficialEngine {
  readonly id: string;
  readonly transport: { readonly name: string };
  on(event: string, listener: (...args: never[]) => void): unknown;
  close(): unknown;
}
