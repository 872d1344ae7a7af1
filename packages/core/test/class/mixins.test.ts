import { describe, expect, it } from 'vitest';
import { on } from '../../src/namespace/class/declare/decorators.js';
import type { Mixin, NamespaceConstructor } from '../../src/namespace/class/mixins.js';
import { Base, served, table } from './base.js';

interface Likes {
  readonly likes: number;
}

const Likes: Mixin<Base, Likes> = (Parent) =>
  class Likes extends Parent {
    #likes = 0;
    get likes() {
      return this.#likes;
    }
    onLike() {
      return ++this.#likes;
    }
  };

function Renaming<Class extends NamespaceConstructor<Base>>(Parent: Class) {
  class Renaming extends Parent {
    nickname = 'guest';
    @on('my name is') rename(nickname: string) {
      this.nickname = nickname;
    }
    onWho() {
      return this.nickname;
    }
  }
  return Renaming;
}

class Chat extends Renaming(Likes(Base)) {
  override onWho() {
    return `${super.onWho()}, liked ${this.likes} times`;
  }
}

describe('mixins', () => {
  it('bring their events and their #private state', () => {
    const chat = new Chat();
    const call = (event: string, ...args: unknown[]) => table(Chat).find(event)?.invoke.apply(chat, args);
    expect(call('like')).toBe(1);
    expect(call('like')).toBe(2);
    call('my name is', 'Ann');
    expect(call('who')).toBe('Ann, liked 2 times');
  });

  it('can be overridden with a call of super, as methods always can', () => {
    expect(served(Chat, 'who')).toBe('onWho');
    expect(
      table(Chat)
        .entries.map(({ event }) => event)
        .sort(),
    ).toEqual(['like', 'my name is', 'who']);
  });

  it('serve several classes without sharing state or tables', () => {
    class Other extends Likes(Base) {}
    const [one, two] = [new Other(), new Other()];
    table(Other).find('like')?.invoke.call(one);
    expect([one.likes, two.likes]).toEqual([1, 0]);
    expect(served(Other, 'who')).toBeUndefined();
  });

  it('may not take the same event for different methods', () => {
    const Rude = <Class extends NamespaceConstructor<Base>>(Parent: Class) =>
      class extends Parent {
        on_like() {}
      };
    class Clash extends Rude(Likes(Base)) {}
    expect(() => table(Clash)).toThrow(/Clash serves the event "like" twice: by onLike and by on_like/);
  });
});
