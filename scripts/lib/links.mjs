import { posix } from 'node:path';

const FENCE = /^( {0,3})(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\2[`~]*\s*$|$(?![\s\S]))/gm;
const INLINE_CODE = /(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g;
const LINKS = [
  /\]\(\s*<?([^\s)>]+)/g,
  /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm,
  /<(?:a|img|source)\b[^>]*?\b(?:href|src)="([^"]+)"/g,
];
const REPOSITORY_PATH = /^(?:packages|examples|benchmarks|docs|scripts|\.ci)\/[\w./-]+$/;
const EXTERNAL = /^(?:[a-z][a-z+.-]*:|\/\/)/i;

/**
 * The links of a Markdown file, and the paths of the repository that it names in `code`, that lead nowhere.
 *
 * @param {string} file path below the repository's root
 * @param {string} text
 * @param {(path: string) => string | boolean} lookUp a path's text if it is a Markdown file, else whether it exists
 * @returns {string[]} complaints, each `file:line reason`
 */
export function checkLinks(file, text, lookUp) {
  const prose = text.replace(FENCE, blank);
  const withoutCode = prose.replace(INLINE_CODE, blank);
  const links = LINKS.flatMap((pattern) => [...withoutCode.matchAll(pattern)]).filter(
    ([, to]) => !EXTERNAL.test(to ?? ''),
  );
  const broken = links.filter(([, to = '']) => !leadsSomewhere(file, text, to, lookUp));
  const named = [...prose.matchAll(INLINE_CODE)].filter(([, , path = '']) => isMissing(path, lookUp));
  return [
    ...broken.map((match) => `${file}:${line(text, match)} links to ${match[1]}, which does not exist`),
    ...named.map((match) => `${file}:${line(text, match)} names ${match[2]}, which does not exist`),
  ];
}

/** @param {string} file @param {string} text @param {string} link @param {(path: string) => string | boolean} lookUp */
function leadsSomewhere(file, text, link, lookUp) {
  const [path = '', anchor] = decodeURI(link).split('#');
  const target = path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(file), path);
  const found = path === '' ? text : lookUp(target.replace(/\?.*$/, ''));
  if (typeof found === 'boolean' || anchor === undefined || anchor === '') return found !== false;
  return anchorsOf(found).has(anchor);
}

/** @param {string} path @param {(path: string) => string | boolean} lookUp */
function isMissing(path, lookUp) {
  return REPOSITORY_PATH.test(path) && !/(?:^|\/)dist(?:\/|$)/.test(path) && lookUp(path) === false;
}

/** The anchors that a Markdown page gets for its headings and explicit ids. @param {string} text */
function anchorsOf(text) {
  const prose = text.replace(FENCE, blank);
  const anchors = new Set([...prose.matchAll(/\b(?:id|name)="([^"]+)"/g)].map(([, id = '']) => id));
  for (const [, heading = ''] of prose.matchAll(/^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$/gm)) {
    const slug = slugOf(heading);
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** @param {string} heading */
function slugOf(heading) {
  const text = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return text.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-');
}

/** @param {string} text @param {RegExpMatchArray} match */
function line(text, match) {
  return text.slice(0, match.index).split('\n').length;
}

/** @param {string} text */
function blank(text) {
  return text.replace(/[^\n]/g, ' ');
}
