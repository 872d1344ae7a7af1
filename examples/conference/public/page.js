import { addLine, connect, element } from '/shared/page.js';

const [enter, say, lines, talks, people, title] = ['enter', 'say', 'lines', 'talks', 'people', 'talk-title'].map((id) =>
  document.getElementById(id),
);
const programme = await (await fetch('/programme')).json();
let socket;

for (const [talk, name] of Object.entries(programme)) {
  const button = element('button', name);
  button.type = 'button';
  button.dataset.talk = talk;
  button.addEventListener('click', () => visit(talk));
  addLine(talks, button);
}

enter.addEventListener('submit', (event) => {
  event.preventDefault();
  enter.hidden = true;
  document.querySelector('main').hidden = false;
  visit(Object.keys(programme)[0]);
});

say.addEventListener('submit', (event) => {
  event.preventDefault();
  socket.emit('say', say.elements.text.value);
  say.reset();
});
say.elements.text.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey) return;
  event.preventDefault();
  say.requestSubmit();
});

function visit(talk) {
  socket?.disconnect();
  title.textContent = programme[talk];
  for (const button of talks.querySelectorAll('button')) button.ariaCurrent = String(button.dataset.talk === talk);
  socket = connect(`/talks/${talk}`, { auth: { name: enter.elements.name.value } });
  socket.on('connect', async () => {
    const before = await socket.emitWithAck('read');
    lines.replaceChildren();
    before.forEach(show);
  });
  socket.on('line', show);
  socket.on('people', (names) => people.replaceChildren(...names.map((name) => element('li', name))));
}

function show({ name, text }) {
  const parts = text.split('```').map((part, index) => (index % 2 === 0 ? part : element('pre', part.trim())));
  addLine(lines, element('strong', `${name} `), ...parts);
}
