/** Where the path of a request target begins: absolute targets, as sent to a proxy, carry scheme and host before it. */
function pathStart(target: string): number {
  if (target.startsWith('/')) return 0;
  const authority = target.indexOf('://');
  if (authority === -1) return 0;
  const slash = target.indexOf('/', authority + 3);
  return slash === -1 ? target.length : slash;
}

/** Pathname of a request target, undecoded. */
export function pathOf(target: string): string {
  const start = pathStart(target);
  const end = target.indexOf('?', start);
  return start === 0 && end === -1 ? target : target.slice(start, end === -1 ? undefined : end);
}

/** Query string of a request target, without the `?`. */
export function queryOf(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? '' : target.slice(mark + 1);
}

/**
 * A request target below a prefix that a framework's router has matched. Prefixes may have parameters, so that segments are
 * counted instead of compared.
 * @param prefix such as `/api` or `/shops/:shop`
 */
export function belowPrefix(target: string, prefix: string): string {
  let at = pathStart(target);
  for (const segment of prefix.split('/')) if (segment !== '' && at !== -1) at = target.indexOf('/', at + 1);
  return at === -1 ? '/' : target.slice(at);
}
