/**
 * One value of a query string. The names and values that matter here never need percent-decoding, so no parser that
 * builds an object for all of them is called.
 * @param {string} url
 * @param {string} name
 */
export function queryValue(url, name) {
  const wanted = `${name}=`;
  let at = url.indexOf('?') + 1;
  while (at > 0 && at < url.length) {
    const next = url.indexOf('&', at);
    const end = next === -1 ? url.length : next;
    if (url.startsWith(wanted, at)) return url.slice(at + wanted.length, end);
    at = end + 1;
  }
  return '';
}
