import { addLine, element } from '/shared/page.js';

const [results, status, version, text, room] = ['results', 'status', 'version', 'text', 'room'].map((id) =>
  document.getElementById(id),
);
const versions = await (await fetch('/versions')).json();
const chosen = new URLSearchParams(location.search).get('client') ?? versions.at(-1);
version.append(...versions.map((name) => new Option(name)));
version.value = chosen;
version.addEventListener('change', () => {
  location.search = `?client=${version.value}`;
});

await new Promise((resolve, reject) => {
  const script = element('script');
  script.src = `/clients/${chosen}`;
  script.onload = resolve;
  script.onerror = reject;
  document.head.append(script);
});
// `connect` is older than `io()`, and still there.
const socket = io.connect(`${location.origin}/tour`);

const show = (what, value) => addLine(results, element('strong', `${what}: `), readable(value));
const answered = (value) => show('acknowledgement', value);

socket.on('connect', () => state(`Connected, with ${chosen}`, 'good'));
socket.on('disconnect', () => state('Disconnected', 'bad'));
socket.on('result', show);
socket.on('error', (name, message) => show('error', message === undefined ? name : `${name}, ${message}`));
socket.on('ask', (question, answer) => {
  show('the server asks', question);
  answer('purple');
});

const BUTTONS = {
  connection: {
    'Who is here?': () => socket.emit('who', answered),
    'Throw me out': () => socket.emit('kick'),
    'Come back': () => location.reload(),
  },
  texts: {
    'To me': () => socket.emit('echo', text.value),
    'To all others': () => socket.emit('broadcast', text.value),
    'To everybody': () => socket.emit('everybody', text.value),
  },
  rooms: {
    Join: () => socket.emit('join', room.value),
    Leave: () => socket.emit('leave', room.value),
    'To the room': () => socket.emit('to room', room.value, text.value),
    'To all outside': () => socket.emit('outside', room.value, text.value),
    'Close the room': () => socket.emit('close room', room.value),
  },
  answers: {
    'Add 2 and 3': () => socket.emit('add', 2, 3, answered),
    'Send bytes': () => socket.emit('bytes', bytes(), answered),
    'Ask me': () => socket.emit('ask me'),
  },
  rules: {
    Countdown: () => socket.emit('countdown'),
    Fail: () => socket.emit('fail'),
    'Fail with an answer': () => socket.emit('fail', answered),
    'Twice a minute': () => socket.emit('rarely', answered),
  },
};
for (const [group, buttons] of Object.entries(BUTTONS)) {
  for (const [name, press] of Object.entries(buttons)) {
    const button = element('button', name);
    button.type = 'button';
    button.addEventListener('click', () => {
      // The code of the button is the best explanation of it.
      addLine(results, element('code', String(press).replace('() => ', '')));
      press();
    });
    document.getElementById(group).append(button);
  }
}

/** The protocol of 0.9 has no bytes: its clients send them in the form in which they also receive them. */
function bytes() {
  return chosen.startsWith('0.') ? { _base64: btoa('\x01\x02\x03') } : new Uint8Array([1, 2, 3]).buffer;
}

function state(words, kind) {
  status.textContent = words;
  status.className = kind;
}

function readable(value) {
  if (value instanceof ArrayBuffer) return `[${new Uint8Array(value).join(', ')}]`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
