const kept: object[] = [];

/**
 * For classes whose objects live for a moment only. V8 forgets the shape of a class without a living object during a major
 * collection or two, and throws away all compiled code that knows it: the code that a server runs for each connect or message would be
 * compiled anew after each of them. One object that stays prevents this.
 * @param example made like any other, and never used.
 */
export function keepShape(example: object): void {
  kept.push(example);
}
