import { connect, element, me } from '/shared/page.js';

const table = new URLSearchParams(location.search).get('table') ?? 'one';
const socket = connect('/tic-tac-toe', { auth: { player: me(), table } });
const [board, turn, again, sit, people, problem] = ['board', 'turn', 'again', 'sit', 'people', 'problem'].map((id) =>
  document.getElementById(id),
);
/** The mark of this tab; null while it watches. */
let mine = null;

const squares = Array.from({ length: 9 }, (_, cell) => {
  const square = element('button');
  square.type = 'button';
  square.addEventListener('click', () => ask('play', cell));
  board.append(square);
  return square;
});
again.addEventListener('click', () => ask('again'));
sit.addEventListener('click', () => ask('sit'));

socket.on('seat', (mark) => {
  mine = mark;
});

socket.on('table', ({ cells, turn: next, result, line, seats, spectators }) => {
  squares.forEach((square, cell) => {
    square.textContent = cells[cell];
    square.dataset.mark = cells[cell];
    square.classList.toggle('won', line.includes(cell));
    square.ariaLabel = `Square ${cell + 1}: ${cells[cell] || 'free'}`;
  });
  problem.textContent = '';
  turn.textContent = sentence(next, result, seats);
  again.hidden = result === null || mine === null;
  sit.hidden = mine !== null || (seats.X === 'here' && seats.O === 'here');
  people.textContent = `X ${seats.X} · O ${seats.O} · ${spectators} watching`;
});

function sentence(next, result, seats) {
  if (result === 'draw') return 'A draw.';
  if (result !== null) return result === mine ? 'You have won!' : `${result} has won.`;
  if (mine === null) return `You are watching. It is the turn of ${next}.`;
  if (seats.X === 'free' || seats.O === 'free')
    return `You are ${mine}. Waiting for the other player: open this page in another tab.`;
  return next === mine ? `You are ${mine}: your turn.` : `You are ${mine}. It is the turn of ${next}.`;
}

async function ask(event, ...args) {
  const answer = await socket.emitWithAck(event, ...args);
  problem.textContent = answer?.error?.message ?? '';
}
