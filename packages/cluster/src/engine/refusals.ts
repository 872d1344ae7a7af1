/** Codes of Node and OpenSSL for a certificate that is refused, or a server without TLS. */
const TLS = /\b(CERT_|ERR_TLS_CERT|ERR_SSL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_(GET|VERIFY)_|HOSTNAME_MISMATCH)/;
/** Causes within causes that are looked at. */
const DEPTH = 5;

/**
 * Tells errors that no waiting heals, such as wrong credentials, from those of a broker that is away.
 * @param signs matches `name code type: message` of such an error, or of its cause.
 */
export function refusals(signs: RegExp): (error: unknown) => boolean {
  return (error) => {
    let each = error;
    for (let depth = 0; each instanceof Error && depth < DEPTH; depth++) {
      const { name, code, type, message, cause } = each as Error & { code?: unknown; type?: unknown; cause?: unknown };
      const text = `${name} ${code} ${type}: ${message}`;
      if (signs.test(text) || TLS.test(text)) return true;
      each = cause;
    }
    return false;
  };
}
