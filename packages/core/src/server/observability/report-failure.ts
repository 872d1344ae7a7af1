import { errorChannel, refusalChannel } from '../../internal/events/channels.js';
import { callListeners, contain, type Emitter } from '../../internal/events/lazy-emitter.js';
import { printable } from '../../internal/printable.js';
import { isClientError } from '../../namespace/access/refusal.js';
import { publishFailure } from '../../namespace/events/diagnostics.js';
import { type ErrorContext, type Logger, log } from '../../namespace/events/reporter.js';

/** The server whose application has failed. */
export interface Reporting {
  readonly logger: Logger;
  readonly opts: { readonly errorHandler?: ((error: unknown, context: ErrorContext) => unknown) | undefined };
}

/**
 * Passes a failure on to `errorHandler`, else listeners of `handler_error`, else the log. These are code of the
 * application as well, so that each may fail in turn, which is logged.
 * @param taken somebody has been told already
 */
export function reportFailure(
  { opts: { errorHandler }, logger }: Reporting,
  listeners: Emitter,
  error: unknown,
  context: ErrorContext,
  taken: boolean,
): void {
  if (errorChannel.hasSubscribers || refusalChannel.hasSubscribers) publishFailure(error, context);
  if (errorHandler !== undefined) {
    const failed = (err: unknown) => log(logger, 'error', { err }, 'the error handler failed');
    return contain(() => errorHandler(error, context), failed);
  }
  if (notifyListeners(listeners, logger, 'handler_error', [error, context]) || taken) return;
  const { phase, event, namespace } = context;
  const where = printable([phase, event, namespace && `in ${namespace}`].filter(Boolean).join(' '));
  // An error made for the client must not fill the operator's log.
  log(logger, isClientError(error) ? 'debug' : 'error', { err: error, phase, namespace, event }, where);
}

/** Calls listeners of the server's own events. @returns whether there was one */
export function notifyListeners(listeners: Emitter, logger: Logger, event: string, args: unknown[]): boolean {
  return callListeners(listeners, event, args, (err) => log(logger, 'error', { err, event }, `listener of ${event}`));
}
