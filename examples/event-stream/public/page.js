import { addLine, connect, element } from '/shared/page.js';

const socket = connect('/stream');
const [posts, follow, following, pace, paceText, waiting, dropped] = [
  'posts',
  'follow',
  'following',
  'pace',
  'pace-text',
  'waiting',
  'dropped',
].map((id) => document.getElementById(id));
const MOST_SHOWN = 100;
let words = [];

socket.on('connect', () => socket.emit('follow', words));
socket.on('post', ({ author, text }, left, lost, read) => {
  addLine(posts, element('strong', `${author} `), text);
  if (posts.children.length > MOST_SHOWN) posts.firstElementChild.remove();
  waiting.textContent = left;
  dropped.textContent = lost;
  // The acknowledgement says that the post has been read: the server then sends the next one.
  setTimeout(read, Number(pace.value));
});

follow.addEventListener('submit', async (event) => {
  event.preventDefault();
  words = await socket.emitWithAck('follow', follow.elements.words.value.split(','));
  following.textContent = words.length === 0 ? 'Everything' : `About ${words.join(' or ')}`;
});
pace.addEventListener('input', () => {
  paceText.textContent = Number(pace.value) / 1000;
});
