import { addLine, askName, connect, element, sayForm } from '/shared/page.js';

const [lines, talks, people, title] = ['lines', 'talks', 'people', 'talk-title'].map((id) =>
  document.getElementById(id),
);
const programme = await (await fetch('/programme')).json();
/** The socket of each talk that has been visited. All share one connection. */
const sockets = new Map();
let name;
let socket;

for (const [talk, about] of Object.entries(programme)) {
  const link = element('a', about);
  link.href = `#${talk}`;
  const item = element('li');
  item.append(link);
  talks.append(item);
}

addEventListener('hashchange', () => name !== undefined && visit());
const entered = askName((chosen) => {
  name = chosen;
  visit();
});
sayForm((text) => socket.emitWithAck('say', text));
document.querySelector('textarea').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

/** Goes to the talk that the address names. */
function visit() {
  const wanted = location.hash.slice(1);
  const talk = Object.hasOwn(programme, wanted) ? wanted : Object.keys(programme)[0];
  const left = socket;
  socket = sockets.get(talk) ?? open(talk);
  if (!socket.active) socket.connect();
  // Only now: without any socket the client would close the connection.
  if (left !== socket) left?.disconnect();
  title.textContent = programme[talk];
  for (const link of talks.querySelectorAll('a')) link.ariaCurrent = link.hash === `#${talk}` ? 'page' : null;
}

function open(talk) {
  // A function, because a visitor whose name is refused chooses another one.
  const opened = connect(`/talks/${talk}`, { auth: (send) => send({ name }) });
  sockets.set(talk, opened);
  opened.on('connect', async () => {
    entered();
    const before = await opened.emitWithAck('read');
    lines.replaceChildren();
    before.forEach(show);
  });
  opened.on('line', show);
  opened.on('people', (names) => people.replaceChildren(...names.map((each) => element('li', each))));
  return opened;
}

/** Text between backticks becomes code. It is never read as HTML. */
function show({ name: from, text }) {
  const parts = text.split('```').map((part, index) => (index % 2 === 0 ? part.trim() : element('pre', part.trim())));
  addLine(lines, element('strong', from), ' ', ...parts);
}
