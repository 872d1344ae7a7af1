/** Methods of Node's Buffer that are faster than `toString(encoding)`, and that its type declarations leave out. */
interface Buffer {
  latin1Slice(start?: number, end?: number): string;
  base64Slice(start?: number, end?: number): string;
  base64urlSlice(start?: number, end?: number): string;
}
