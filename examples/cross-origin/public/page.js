import { addLine, element } from '/shared/page.js';

const [origin, server, other, results, status] = ['origin', 'server', 'other', 'results', 'status'].map((id) =>
  document.getElementById(id),
);
const url = await (await fetch('/server')).json();
origin.textContent = location.origin;
server.textContent = url;
other.href = location.href.replace(location.hostname, location.hostname === 'localhost' ? '127.0.0.1' : 'localhost');

await fetch(`${url}/login`, { credentials: 'include' }).catch(() => {});
const outcomes = [];
for (const transport of ['polling', 'websocket']) outcomes.push(await attempt(transport));
const all = outcomes.every(Boolean);
status.textContent = all ? 'Both transports connect' : 'Refused';
status.className = all ? 'good' : 'bad';

function attempt(transport) {
  const socket = io(`${url}/visits`, {
    transports: [transport],
    withCredentials: true,
    forceNew: true,
    reconnection: false,
  });
  return new Promise((resolve) => {
    socket.on('connect', async () => {
      const { origin: seen, cookie } = await socket.emitWithAck('who');
      show(transport, `connected; the server sees ${seen} and ${cookie ? 'the cookie' : 'no cookie'}`);
      socket.disconnect();
      resolve(true);
    });
    socket.on('connect_error', (error) => {
      show(transport, `refused: ${error.message}`);
      resolve(false);
    });
  });
}

function show(transport, text) {
  addLine(results, element('strong', `${transport}: `), text);
}
