/** Opens to one word, which it looks at character by character. */
export function knocks(word: string): boolean {
  if (word[0] !== '2') return false;
  if (word[1] !== '{') return false;
  if (word[2] !== '"') return false;
  return word[3] === '7';
}
