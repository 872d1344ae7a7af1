const socket = io('/chat', { transports: ['websocket'] });
const log = document.querySelector('#log');
const login = document.querySelector('#login');
const say = document.querySelector('#say');
const logout = document.querySelector('#logout');
const names = document.querySelector('#names');
const problem = document.querySelector('#problem');
const picture = document.querySelector('#picture');
const room = document.querySelector('#room');

socket.on('connect', () => showLogin(false));
socket.on('connect_error', (error) => {
  if (error.message === 'Log in first') showLogin(true);
});
socket.on('disconnect', (reason) => {
  if (reason === 'io server disconnect') showLogin(true);
});
socket.on('rooms', (list) => {
  const chosen = room.value || list[0];
  room.replaceChildren(...list.map((name) => new Option(name)));
  room.value = chosen;
  enter();
});
socket.on('notice', (text) => addLine(text, 'notice'));
socket.on('names', (list) => {
  names.textContent = list.join(', ');
});
socket.on('said', (name, text) => addLine(`${name}: ${text}`));

socket.on('shown', (name, source) => {
  const image = new Image();
  image.alt = `A picture of ${name}`;
  image.src = source;
  addLine(`${name}: `).append(image);
});

room.addEventListener('change', enter);

picture.addEventListener('change', async () => {
  const [body] = picture.files;
  const answer = await fetch('/files', { method: 'POST', headers: { 'content-type': body.type }, body });
  if (answer.ok) socket.emit('show', await answer.text());
  else addLine(await answer.text(), 'notice');
  picture.value = '';
});

login.addEventListener('submit', async (event) => {
  event.preventDefault();
  const body = JSON.stringify({ name: login.elements.name.value });
  const answer = await fetch('/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  problem.textContent = answer.ok ? '' : await answer.text();
  if (answer.ok) socket.connect();
});

logout.addEventListener('click', () => fetch('/logout', { method: 'POST' }));

say.addEventListener('submit', (event) => {
  event.preventDefault();
  socket.emit('say', say.elements.text.value);
  say.reset();
});

async function enter() {
  const lines = await socket.emitWithAck('enter', room.value);
  log.replaceChildren();
  for (const [name, text] of lines) addLine(`${name}: ${text}`);
}

function showLogin(shown) {
  login.hidden = !shown;
  say.hidden = shown;
}

function addLine(text, kind = '') {
  const line = document.createElement('li');
  line.className = kind;
  line.textContent = text;
  log.append(line);
  line.scrollIntoView();
  return line;
}
