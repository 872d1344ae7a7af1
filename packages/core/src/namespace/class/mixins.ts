/**
 * A class that a mixin can extend.
 *
 * A mixin is a function from a class to a class that extends it, so that `#private` members, fields and overriding work
 * as in any class. Combine mixins by calling them: `class Chat extends Presence(Rooms(Namespace)) {}`. The events and
 * hooks of each are those of the class; hooks need no `super`.
 */
// The compiler takes nothing but `any[]` for a class that a mixin extends (TS2545).
// biome-ignore lint/suspicious/noExplicitAny: see above
export type NamespaceConstructor<Instance extends object = object> = new (...args: any[]) => Instance;

/**
 * The type of a mixin that extends any class whose objects are a `Base` and adds the members of `Added`. Declare it
 * explicitly where a build emits declarations of a mixin with `#private` members, which declarations cannot express.
 *
 * @example
 * export interface Likes { likes: number; }
 * export const Likes: Mixin<Namespace, Likes> = (Base) =>
 *   class extends Base {
 *     #likes = 0;
 *     get likes() { return this.#likes; }
 *     onLike() { return ++this.#likes; }
 *   };
 */
export type Mixin<Base extends object, Added extends object> = <Class extends NamespaceConstructor<Base>>(
  base: Class,
) => Class & NamespaceConstructor<Added>;
