/** @typedef {import('typedoc').CommentDisplayPart} Part */

/**
 * A docstring's words on one line.
 *
 * @param {readonly Part[] | undefined} parts
 * @param {(name: string) => string | undefined} [linkTo] where a name is described
 */
export function wordsOf(parts = [], linkTo = () => undefined) {
  const words = parts.map((part) => (part.kind === 'inline-tag' ? linked(part.text, linkTo) : part.text)).join('');
  return words
    .replace(/```\w*\n([\s\S]*?)\n?```/g, '`$1`')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

/** @param {string} name @param {(name: string) => string | undefined} linkTo */
function linked(name, linkTo) {
  const target = linkTo(name);
  const code = `\`${name}\``;
  return target === undefined ? code : `[${code}](${target})`;
}

/**
 * A table whose columns are as wide as they need to be and no wider: diffs stay small.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|');
}
