import { addLine, connect, element } from '/shared/page.js';

const MOST_SHOWN = 100;
const [posts, follow, following, pace, paceText, queue, waiting, dropped] = [
  'posts',
  'follow',
  'following',
  'pace',
  'pace-text',
  'queue',
  'waiting',
  'dropped',
].map((id) => document.getElementById(id));
let words = [];

const socket = connect('/stream');
// The filter is in the object of this connection on the server: a new connection needs it again.
socket.on('connect', () => socket.emit('follow', words));
socket.on('post', ({ author, text }, left, lost, read) => {
  addLine(posts, element('strong', author), ' ', text);
  if (posts.children.length > MOST_SHOWN) posts.firstElementChild.remove();
  queue.value = left;
  waiting.textContent = left;
  dropped.textContent = lost;
  // The acknowledgement says that the post has been read: the server then sends the next one.
  setTimeout(read, Number(pace.value));
});

follow.addEventListener('submit', async (event) => {
  event.preventDefault();
  const answer = await socket.emitWithAck('follow', follow.elements.words.value.split(','));
  if (answer.error) {
    following.textContent = answer.error.message;
    return;
  }
  words = answer;
  following.textContent = words.length === 0 ? 'You read everything.' : `You read about ${words.join(' or ')}.`;
});
pace.addEventListener('input', () => {
  paceText.textContent = Number(pace.value) / 1000;
});
