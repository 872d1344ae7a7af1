const NOT_IN_NAME = /[^\p{L}\p{M}\p{N}]+/gu;
/** With a lower-case letter after `on` it is another word (`only`), as on the server. */
const HANDLER_NAME = /^on(?!\p{Ll})_*(.+)$/su;

const HOOKS: ReadonlySet<string> = new Set([
  'onConnect',
  'onConnectError',
  'onDisconnect',
  'onReconnectAttempt',
  'onReconnectFailed',
  'onUnhandled',
  'onError',
]);

/** The form in which an event and a method's name are compared: `private message` reaches `onPrivateMessage`. */
export function fold(name: string): string {
  return name.replace(NOT_IN_NAME, '').toLowerCase();
}

/**
 * The names of the methods that serve events, by folded event. Fields that hold functions count as methods.
 * @throws Error for two names that stand for one event.
 */
export function handlersOf(client: object, base: object): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let level = client; level !== base && level !== null; level = Object.getPrototypeOf(level)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      const rest = typeof value === 'function' && !HOOKS.has(name) ? HANDLER_NAME.exec(name)?.[1] : undefined;
      const event = rest === undefined ? '' : fold(rest);
      if (event === '') continue;
      const other = found.get(event);
      if (other !== undefined && other !== name) {
        throw new Error(`${client.constructor.name}: ${other} and ${name} serve the same event; rename one of them`);
      }
      found.set(event, name);
    }
  }
  return found;
}
