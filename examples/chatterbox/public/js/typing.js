const AGAIN_AFTER = 2_000;
const FORGET_AFTER = 5_000;

const note = document.getElementById('typing');
const writers = new Map();

/** The people who are typing in the open room. */
export const typing = {
  start(name) {
    clearTimeout(writers.get(name));
    writers.set(
      name,
      setTimeout(() => this.stop(name), FORGET_AFTER),
    );
    show();
  },
  stop(name) {
    clearTimeout(writers.get(name));
    if (writers.delete(name)) show();
  },
  clear() {
    for (const name of writers.keys()) this.stop(name);
  },
};

function show() {
  const names = [...writers.keys()];
  if (names.length > 3) note.textContent = 'Several people are typing…';
  else if (names.length > 1) note.textContent = `${names.slice(0, -1).join(', ')} and ${names.at(-1)} are typing…`;
  else note.textContent = names.length === 1 ? `${names[0]} is typing…` : '';
}

/** Tells the server that I am typing, now and then and not at every key. */
export class TypingSender {
  #toldAt = 0;
  #tell;

  constructor(tell) {
    this.#tell = tell;
  }

  input(text) {
    if (text === '') {
      this.#tell(false);
      this.#toldAt = 0;
    } else if (Date.now() - this.#toldAt > AGAIN_AFTER) {
      this.#tell(true);
      this.#toldAt = Date.now();
    }
  }

  /** The line itself says that I have stopped. */
  sent() {
    this.#toldAt = 0;
  }
}
