import { addLine, connect, element } from '/shared/page.js';

const [enter, say, lines, people] = ['enter', 'say', 'lines', 'people'].map((id) => document.getElementById(id));
document.getElementById('status').textContent = 'Not connected';
let socket;

enter.addEventListener('submit', (event) => {
  event.preventDefault();
  enter.hidden = true;
  document.querySelector('main').hidden = false;
  socket = connect('/chat', { auth: { name: enter.elements.name.value }, transports: ['websocket'] });
  socket.on('connect', async () => {
    const before = await socket.emitWithAck('read');
    if (before.length > 0) lines.replaceChildren();
    before.forEach(show);
  });
  socket.on('line', show);
  socket.on('people', (names) => people.replaceChildren(...names.map((name) => element('li', name))));
});

say.addEventListener('submit', (event) => {
  event.preventDefault();
  socket.emit('say', say.elements.text.value);
  say.reset();
});

function show({ name, text }) {
  addLine(lines, element('strong', `${name} `), text);
}
