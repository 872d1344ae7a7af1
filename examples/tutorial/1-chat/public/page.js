const socket = io('/chat');
const log = document.querySelector('#log');
const say = document.querySelector('#say');

socket.on('said', addLine);

say.addEventListener('submit', (event) => {
  event.preventDefault();
  socket.emit('say', say.elements.text.value);
  say.reset();
});

function addLine(text) {
  const line = document.createElement('li');
  line.textContent = text;
  log.append(line);
  line.scrollIntoView();
}
