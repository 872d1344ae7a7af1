import { type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { failureOf, timeoutOf } from '../failure.js';
import type { Target } from '../target.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Milliseconds from the request to the end of the answer. */
  readonly time: number;
  /** End of the certificate's validity. */
  readonly certificateEnds: Date | undefined;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Bytes of an answer that are read. */
const LONGEST_ANSWER = 1_000_000;

/**
 * Sends a request over a connection of its own, as another visitor would.
 *
 * @param path with its query
 * @throws Failure when no answer comes
 */
export function ask(
  target: Target,
  path: string,
  { method = 'GET', headers = {}, body }: Question = {},
): Promise<Answer> {
  const request = target.origin.startsWith('https:') ? tlsRequest : plainRequest;
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const req = request(target.origin + path, {
      method,
      agent: false,
      headers: { ...target.headers, ...headers },
      ...target.tls,
    });
    const fail = (error: unknown) => {
      clearTimeout(timer);
      req.destroy();
      reject(failureOf(error, target.origin));
    };
    const timer = setTimeout(() => fail(timeoutOf(target.origin, target.timeout)), target.timeout);
    req.on('error', fail);
    req.on('response', (res) => {
      const certificate = (res.socket as Partial<TLSSocket>).getPeerCertificate?.();
      const chunks: Buffer[] = [];
      let length = 0;
      const finish = () => {
        clearTimeout(timer);
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          body: Buffer.concat(chunks).toString(),
          time: performance.now() - started,
          certificateEnds: certificate?.valid_to === undefined ? undefined : new Date(certificate.valid_to),
        });
      };
      res.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length <= LONGEST_ANSWER) return;
        finish();
        res.destroy();
      });
      res.on('error', fail).on('end', finish);
    });
    req.end(body);
  });
}

/** A query with the target's parameters. */
export function queryOf(target: Target, more: Readonly<Record<string, string>>): string {
  return new URLSearchParams({ ...target.query, ...more }).toString();
}
