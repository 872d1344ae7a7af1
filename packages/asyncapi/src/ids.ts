/** Gives names the form that keys of an AsyncAPI document have, and keeps them apart. */
export class Ids {
  readonly #taken = new Set<string>();

  /** `Private message!` → `Private_message`; a second name with the same result gets the suffix `_2`. */
  of(name: string): string {
    const plain = name.replace(/[^\w.-]+/g, '_').replace(/^_+|_+$/g, '') || 'unnamed';
    let id = plain;
    for (let n = 2; this.#taken.has(id); n++) id = `${plain}_${n}`;
    this.#taken.add(id);
    return id;
  }
}
