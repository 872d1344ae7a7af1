import { connect, element } from '/shared/page.js';

const socket = connect('/whiteboard');
const [canvas, frame, colour, clear, others] = ['board', 'frame', 'colour', 'clear', 'others'].map((id) =>
  document.getElementById(id),
);
const context = canvas.getContext('2d');
const pointers = new Map();
/** Points that go out with the next frame of the screen. */
let points = [];
let drawing = false;

socket.on('connect', async () => {
  for (const id of pointers.keys()) removePointer(id);
  const pieces = await socket.emitWithAck('look');
  wipe();
  pieces.forEach(draw);
});
socket.on('drawn', draw);
socket.on('cleared', wipe);
socket.on('pointer', (id, position) => {
  if (position === null) removePointer(id);
  else showPointer(id, position);
});
clear.addEventListener('click', () => socket.emit('clear'));

canvas.addEventListener('pointerdown', (event) => {
  drawing = true;
  canvas.setPointerCapture(event.pointerId);
  points = [positionOf(event)];
});
canvas.addEventListener('pointermove', (event) => {
  const position = positionOf(event);
  socket.volatile.emit('point', position);
  if (!drawing) return;
  if (points.length === 1) requestAnimationFrame(send);
  points.push(position);
});
for (const end of ['pointerup', 'pointercancel']) {
  canvas.addEventListener(end, () => {
    send();
    drawing = false;
    points = [];
  });
}

/** Draws and sends what was collected; the last point begins the next piece. */
function send() {
  if (points.length < 2) return;
  const piece = { colour: colour.value, points: points.slice(-200) };
  draw(piece);
  socket.emit('draw', piece);
  points = points.slice(-1);
}

function draw({ colour: stroke, points: line }) {
  context.strokeStyle = stroke;
  context.lineWidth = 5;
  context.lineCap = context.lineJoin = 'round';
  context.beginPath();
  for (const [x, y] of line) context.lineTo(x * canvas.width, y * canvas.height);
  context.stroke();
}

function wipe() {
  context.clearRect(0, 0, canvas.width, canvas.height);
}

function showPointer(id, [x, y]) {
  const pointer = pointers.get(id) ?? element('span', '', 'pointer');
  pointers.set(id, pointer);
  pointer.style.left = `${x * 100}%`;
  pointer.style.top = `${y * 100}%`;
  frame.append(pointer);
  countPointers();
}

function removePointer(id) {
  pointers.get(id)?.remove();
  pointers.delete(id);
  countPointers();
}

function countPointers() {
  others.textContent = pointers.size === 0 ? '' : `${pointers.size} drawing with you`;
}

/** From 0 to 1, in steps that no eye sees: shorter numbers make smaller messages. */
function positionOf({ offsetX, offsetY }) {
  const within = (value) => Number(Math.min(1, Math.max(0, value)).toFixed(4));
  return [within(offsetX / canvas.clientWidth), within(offsetY / canvas.clientHeight)];
}
