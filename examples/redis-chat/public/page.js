import { addLine, askName, connect, element, sayForm } from '/shared/page.js';

const [lines, people] = ['lines', 'people'].map((id) => document.getElementById(id));
let name;

// WebSocket only: then a load balancer needs no stickiness.
const socket = connect('/chat', { auth: (send) => send({ name }), transports: ['websocket'], autoConnect: false });
socket.on('connect', async () => {
  entered();
  // Also after a lost connection: a history has what was said meanwhile.
  const before = await socket.emitWithAck('read');
  if (before.length > 0) lines.replaceChildren();
  before.forEach(show);
});
socket.on('line', show);
socket.on('people', (all) => {
  people.replaceChildren(...all.map((one) => element('li', `${one.name}, process ${one.process}`)));
});

const entered = askName((chosen) => {
  name = chosen;
  socket.connect();
});
sayForm((text) => socket.emitWithAck('say', text));

function show({ name: from, text }) {
  addLine(lines, element('strong', from), ' ', text);
}
