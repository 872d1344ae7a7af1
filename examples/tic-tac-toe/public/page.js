import { connect, element, me } from '/shared/page.js';

const table = new URLSearchParams(location.search).get('table') ?? 'one';
const socket = connect('/tic-tac-toe', { auth: { player: me(), table } });
const [board, turn, again, people, problem] = ['board', 'turn', 'again', 'people', 'problem'].map((id) =>
  document.getElementById(id),
);
let mine;

const squares = Array.from({ length: 9 }, (_, cell) => {
  const square = element('button');
  square.type = 'button';
  square.addEventListener('click', () => ask('play', cell));
  board.append(square);
  return square;
});
again.addEventListener('click', () => ask('again'));

socket.on('seat', (mark) => {
  mine = mark ?? undefined;
});

socket.on('table', ({ cells, turn: next, result, seats, spectators }) => {
  squares.forEach((square, cell) => {
    square.textContent = cells[cell];
    square.dataset.mark = cells[cell];
    square.ariaLabel = `Square ${cell + 1}: ${cells[cell] || 'free'}`;
  });
  turn.textContent = sentence(next, result, seats);
  again.hidden = result === undefined || result === null || mine === undefined;
  people.textContent = `X ${seats.X} · O ${seats.O} · ${spectators} watching`;
});

function sentence(next, result, seats) {
  if (result === 'draw') return 'A draw.';
  if (result) return result === mine ? 'You have won!' : `${result} has won.`;
  if (seats.X === 'free' || seats.O === 'free')
    return `You are ${mine}. Waiting for the other player: open this page in another tab.`;
  if (mine === undefined) return `You are watching. It is the turn of ${next}.`;
  return next === mine ? `You are ${mine}: your turn.` : `You are ${mine}. It is the turn of ${next}.`;
}

async function ask(event, ...args) {
  const answer = await socket.emitWithAck(event, ...args);
  problem.textContent = answer?.error?.message ?? '';
}
