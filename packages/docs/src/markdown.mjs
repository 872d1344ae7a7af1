/**
 * A docstring's words on one line.
 *
 * @param {readonly import('typedoc').CommentDisplayPart[] | undefined} parts
 */
export function wordsOf(parts = []) {
  const words = parts.map((part) => (part.kind === 'inline-tag' ? `\`${part.text}\`` : part.text)).join('');
  return words
    .replace(/```\w*\n([\s\S]*?)\n?```/g, '`$1`')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

/**
 * A table whose columns are as wide as they need to be and no wider: diffs stay small.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
