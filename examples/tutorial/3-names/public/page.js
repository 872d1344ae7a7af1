const socket = io('/chat');
const log = document.querySelector('#log');
const login = document.querySelector('#login');
const say = document.querySelector('#say');
const logout = document.querySelector('#logout');
const names = document.querySelector('#names');
const problem = document.querySelector('#problem');

socket.on('connect', () => showLogin(false));
socket.on('connect_error', (error) => {
  if (error.message === 'Log in first') showLogin(true);
});
socket.on('disconnect', (reason) => {
  if (reason === 'io server disconnect') showLogin(true);
});
socket.on('notice', (text) => addLine(text, 'notice'));
socket.on('names', (list) => {
  names.textContent = list.join(', ');
});
socket.on('said', (name, text) => addLine(`${name}: ${text}`));

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
}
