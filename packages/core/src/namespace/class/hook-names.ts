import { foldEventName } from './dispatch/event-name.js';

/**
 * The methods that the server calls by itself. They are no events unless `@on` or `static events` binds them to one.
 */
export const HOOK_NAMES = [
  'initialize',
  'onConnect',
  'onReady',
  'onDisconnecting',
  'onDisconnect',
  'onUnhandled',
  'onError',
] as const;

/** The name of a hook. */
export type HookName = (typeof HOOK_NAMES)[number];

const names: ReadonlySet<PropertyKey> = new Set(HOOK_NAMES);
/** Names that other libraries have for our hooks. Unrefused, they would be events that any client may send. */
const ALIASES: readonly (readonly [string, HookName])[] = [
  ['onConnection', 'onConnect'],
  ['onConnected', 'onReady'],
  ['onDisconnected', 'onDisconnect'],
  ['onDisconnection', 'onDisconnect'],
];
const byFold: ReadonlyMap<string, HookName> = new Map(
  [...HOOK_NAMES.map((name) => [name, name] as const), ...ALIASES].map(([name, hook]) => [foldEventName(name), hook]),
);

/** Whether a method is a hook: its name is exactly a hook's. */
export function isHookName(key: PropertyKey): key is HookName {
  return names.has(key);
}

/** The hook that a method's author may have meant: `on_connect`, `onConnection` → `onConnect`. */
export function hookLike(method: string): HookName | undefined {
  return isHookName(method) ? undefined : byFold.get(foldEventName(method));
}
