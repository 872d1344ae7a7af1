import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { serve } from '@sio/example-shared';
import { ClientError, Namespace } from '@sio/express';
import { Pace } from './pace.js';

interface Post {
  readonly author: string;
  readonly text: string;
}

/** Milliseconds between posts. */
const INTERVAL = Number(process.env.INTERVAL ?? 400);
const MOST_WORDS = 10;

const posts: Post[] = readFileSync(new URL('../posts.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [author = '', ...text] = line.split(': ');
    return { author, text: text.join(': ') };
  });
const feed = new EventEmitter<{ post: [Post] }>().setMaxListeners(0);
const isAbout = ({ text }: Post, words: readonly string[]) =>
  words.length === 0 || words.some((word) => text.toLowerCase().includes(word));

class Stream extends Namespace<{ post: (post: Post, waiting: number, dropped: number, read: () => void) => void }> {
  #words: readonly string[] = [];
  readonly #pace = new Pace<Post>((post, waiting, dropped) => this.emitWithAck('post', post, waiting, dropped));
  readonly #listener = (post: Post) => {
    if (isAbout(post, this.#words)) this.#pace.push(post);
  };

  onReady() {
    feed.on('post', this.#listener);
  }

  onDisconnect() {
    feed.off('post', this.#listener);
  }

  onFollow(words: unknown) {
    const isList =
      Array.isArray(words) && words.length <= MOST_WORDS && words.every((word) => typeof word === 'string');
    if (!isList) throw new ClientError('words', `At most ${MOST_WORDS} words, please`);
    this.#words = words.map((word: string) => word.trim().toLowerCase()).filter(Boolean);
    this.#pace.keep((post) => isAbout(post, this.#words));
    return this.#words;
  }
}

let next = 0;
setInterval(() => feed.emit('post', posts[next++ % posts.length] as Post), INTERVAL).unref();

const { url } = await serve({ '/stream': Stream }, { pages: new URL('../public', import.meta.url) });
console.log(`Event stream: ${url}`);
