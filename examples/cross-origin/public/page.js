import { element } from '/shared/page.js';

const [origin, server, other, results, status] = ['origin', 'server', 'other', 'results', 'status'].map((id) =>
  document.getElementById(id),
);
const url = await (await fetch('/server')).json();
origin.textContent = location.origin;
server.textContent = url;
other.href = location.href.replace(location.hostname, location.hostname === 'localhost' ? '127.0.0.1' : 'localhost');
other.textContent = new URL(other.href).origin;

// A cookie of the server, for the next requests to it. The browser keeps it only if the server allows this origin.
await fetch(`${url}/login`, { credentials: 'include' }).catch(() => {});

const outcomes = [];
for (const transport of ['polling', 'websocket']) outcomes.push(await attempt(transport));
const all = outcomes.every(Boolean);
status.textContent = all ? 'Both transports connect' : 'Refused';
status.className = all ? 'good' : 'bad';

function attempt(transport) {
  const socket = io(`${url}/visits`, {
    transports: [transport],
    // Cookies go along: only needed for another origin.
    withCredentials: true,
    forceNew: true,
    reconnection: false,
  });
  return new Promise((resolve) => {
    socket.on('connect', async () => {
      const { origin: seen, cookie } = await socket.emitWithAck('who');
      show(transport, 'connected', seen, cookie ? 'yes' : 'no');
      socket.disconnect();
      resolve(true);
    });
    socket.on('connect_error', (error) => {
      show(transport, `refused: ${error.message}`, '–', '–');
      resolve(false);
    });
  });
}

function show(transport, ...cells) {
  const row = element('tr');
  const head = element('th', transport);
  head.scope = 'row';
  row.append(head, ...cells.map((cell) => element('td', cell)));
  results.append(row);
}
