import { element, face } from './dom.js';

const KEPT = 500;
const SYSTEM = 'SYSTEM';

/** The lines of the open room. Scrolls along only while its end is in view. */
export class ChatLog {
  /** The room whose lines are shown. */
  room;
  #log;
  #newer;
  #unseen = 0;
  #lastAuthor;

  constructor(log, newer) {
    this.#log = log;
    this.#newer = newer;
    newer.addEventListener('click', () => {
      this.#toEnd();
      log.focus();
    });
    log.addEventListener('scroll', () => this.#atEnd() && this.#seen());
    this.#followResizes();
  }

  /** Shows another room. */
  open(room, history, me) {
    this.room = room;
    this.#log.replaceChildren();
    this.#lastAuthor = undefined;
    for (const line of history) this.add(line, me);
    this.#toEnd();
  }

  add({ from, text, at }, me) {
    const line = element('div', 'message');
    if (from === SYSTEM) line.classList.add('system');
    if (from === me) line.classList.add('mine');
    if (from === this.#lastAuthor) line.classList.add('more');
    const author = element('p', 'author');
    author.append(element('span', '', from), time(at));
    line.append(face(from), author, element('p', 'text', text));
    this.#append(line, from);
  }

  notice(text) {
    this.#append(element('p', 'notice', text), undefined);
  }

  #append(line, author) {
    const follow = this.#atEnd();
    this.#lastAuthor = author;
    this.#log.append(line);
    // Nothing may move under the eyes of someone who reads further up.
    if (follow) {
      while (this.#log.childElementCount > KEPT) this.#log.firstElementChild.remove();
      this.#toEnd();
    } else this.#announceUnseen();
  }

  #announceUnseen() {
    this.#unseen += 1;
    this.#newer.textContent = this.#unseen === 1 ? '1 new line ↓' : `${this.#unseen} new lines ↓`;
    this.#newer.hidden = false;
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    return scrollHeight - scrollTop - clientHeight < 4;
  }

  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#seen();
  }

  #seen() {
    this.#unseen = 0;
    this.#newer.hidden = true;
  }

  /** A phone's keyboard, or a form that opens, makes the log smaller: its end must stay visible. */
  #followResizes() {
    const log = this.#log;
    let following = true;
    let top = log.scrollTop;
    log.addEventListener('scroll', () => {
      // The end may be invisible because the log has just become smaller. Only a user who scrolls up has left the end.
      if (this.#atEnd()) following = true;
      else if (log.scrollTop < top) following = false;
      top = log.scrollTop;
    });
    new ResizeObserver(() => following && this.#toEnd()).observe(log);
  }
}

function time(at) {
  const date = new Date(at);
  const made = element('time', '', date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }));
  made.dateTime = date.toISOString();
  return made;
}
