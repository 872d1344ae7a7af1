/** The cause of a failure, for programs. */
export type FailureCode =
  | 'usage'
  | 'unreachable'
  | 'tls'
  | 'timeout'
  | 'wrong_path'
  | 'not_socket_io'
  | 'forbidden_origin'
  | 'refused'
  | 'unsupported_version'
  | 'unsupported_transport'
  | 'disconnected'
  | 'not_loopback'
  | 'bad_document'
  | 'breaking_changes'
  | 'missing_package';

/** A failure that the user can understand: one sentence, and what to do about it. The program exits with code 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  /** A sentence that says how to fix it. */
  readonly remedy: string | undefined;
  /** Data that the server sent along with a refusal. */
  readonly data: unknown;

  constructor(code: FailureCode, message: string, remedy?: string, data?: unknown) {
    super(message);
    this.code = code;
    this.remedy = remedy;
    this.data = data;
  }
}

/** Error codes of Node for an address that does not answer. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens on this port',
  ENOTFOUND: 'the name of the host is unknown',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  EADDRNOTAVAIL: 'the address is not available on this machine',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
};

/** Error codes of OpenSSL and Node for a certificate that is not trusted. */
const CERTIFICATES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'a certificate of the chain is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the server does not send its intermediate certificates',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the authority of the certificate is unknown',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
};

const TRUST = 'Give the authority with --ca file.pem, or skip the check with --insecure.';

/** Says what an error of a socket, of TLS or of HTTP means. */
export function failureOf(error: unknown, origin: string): Failure {
  if (error instanceof Failure) return error;
  const { code = '', message } = firstOf(error);
  if (code in UNREACHABLE) {
    return new Failure('unreachable', `Cannot reach ${origin}: ${UNREACHABLE[code]}.`, 'Check the host and the port.');
  }
  if (code in CERTIFICATES) return new Failure('tls', `TLS with ${origin} fails: ${CERTIFICATES[code]}.`, TRUST);
  if (code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') return timeoutOf(origin);
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return new Failure(
      'tls',
      `TLS with ${origin} fails: the port does not speak TLS, or shares no TLS version with this client.`,
    );
  }
  if (code.startsWith('HPE_')) {
    return new Failure('not_socket_io', `${origin} does not speak HTTP.`, 'Check the port, and whether it is https.');
  }
  return new Failure('unreachable', `Cannot reach ${origin}: ${message}.`);
}

export function timeoutOf(origin: string, milliseconds?: number): Failure {
  const time = milliseconds === undefined ? 'in time' : `within ${milliseconds} ms`;
  return new Failure('timeout', `${origin} does not answer ${time}.`, 'Check the host, or raise --timeout.');
}

/** Node gathers the errors of all addresses of a host. */
function firstOf(error: unknown): { code?: string; message: string } {
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  if (inner instanceof Error) return inner as Error & { code?: string };
  return { message: String(inner) };
}
