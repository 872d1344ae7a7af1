import { element, face } from './dom.js';

const peopleList = document.getElementById('people');
const count = document.getElementById('count');
const roomList = document.getElementById('rooms');

/** The people in the open room. */
export const people = {
  show(names, me) {
    peopleList.replaceChildren();
    for (const name of names) this.add(name, name === me);
    showCount();
  },
  add(name, isMe = false) {
    const entry = element('li', '');
    entry.dataset.name = name;
    entry.append(face(name), isMe ? `${name} (you)` : name);
    peopleList.append(entry);
    showCount();
  },
  remove(name) {
    for (const entry of peopleList.children) {
      if (entry.dataset.name !== name) continue;
      entry.remove();
      return showCount();
    }
  },
};

function showCount() {
  const { childElementCount: people } = peopleList;
  count.textContent = people === 0 ? '' : ` (${people})`;
}

/** The rooms to choose from. */
export const rooms = {
  show(names, current, choose) {
    roomList.replaceChildren(...names.map((name) => roomEntry(name, choose)));
    this.mark(current);
  },
  mark(current) {
    for (const button of roomList.querySelectorAll('button')) {
      button.ariaCurrent = button.textContent === current ? 'true' : null;
    }
  },
};

function roomEntry(name, choose) {
  const button = element('button', '', name);
  button.type = 'button';
  button.addEventListener('click', () => choose(name));
  const entry = element('li', '');
  entry.append(button);
  return entry;
}
