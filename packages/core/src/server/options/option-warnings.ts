import { type Logger, log } from '../../namespace/events/reporter.js';

/** What is told of options that do nothing, as the code of a warning. */
type OptionWarningCode = 'SIO_OPTION_MISSPELT' | 'SIO_OPTION_WITHOUT_EFFECT' | 'SIO_OPTION_TRANSPORT_UNKNOWN';

/** Tells of an option that does nothing. */
export type WarnOfOption = (code: OptionWarningCode, message: string) => void;

const told = new Set<string>();

/**
 * A logger of the application's is told each time. Without one Node warns, once for each mistake: who has made it is at the
 * terminal, and would see nothing else.
 */
export function warningsTo(logger: Logger | undefined): WarnOfOption {
  if (logger) return (_code, message) => log(logger, 'warn', message);
  return (code, message) => {
    if (told.has(message)) return;
    told.add(message);
    process.emitWarning(message, { type: 'SioWarning', code });
  };
}
