/** The script of the page of the option `diagnostics`: it speaks Engine.IO itself, so that it also works where no client is served. */
export const SCRIPT = `
const base = location.pathname.replace(/diagnostics$/, '');
const ask = (query) => location.origin + base + '?' + new URLSearchParams({ EIO: 4, ...query });
const PATIENCE_MS = 5000;
const SAMPLES = 20;

/** Thrown by a check whose result is not as it should be, with what to do about it. */
class Finding extends Error {
  constructor(level, text) {
    super(text);
    this.level = level;
  }
}
const fail = (text) => { throw new Finding('bad', text); };
const warn = (text) => { throw new Finding('warn', text); };

async function request(url, options = {}) {
  let answer;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), cache: 'no-store', ...options });
  } catch (error) {
    fail(error.name === 'TimeoutError'
      ? 'No answer within ' + PATIENCE_MS / 1000 + ' s: a proxy holds the response back, or the server is blocked. Turn off the buffering of the proxy.'
      : 'The request failed before an answer came: ' + error.message + '. Is the server running?');
  }
  const text = await answer.text();
  if (!answer.ok) fail(answer.status + ' ' + messageOf(text) + '. ' + adviceFor(answer.status, text));
  return text;
}

/** The message of an answer: the server's own is in JSON, that of a proxy in HTML. */
function messageOf(text) {
  try {
    return JSON.parse(text).message ?? text;
  } catch {
    return text.replace(/<(style|script)[\\s\\S]*?<\\/\\1>|<[^>]*>/g, ' ').replace(/\\s+/g, ' ').trim().slice(0, 100);
  }
}

function adviceFor(status, text) {
  if (text.includes('Session ID unknown')) return 'The request reached another server than the handshake: make the balancer sticky, or let the servers forward requests (@sio/cluster, option forward).';
  if (status === 403) return 'The server refuses this origin or host: add it to the option allowedOrigins or cors, or to allowedHosts.';
  if (status === 404) return 'The request does not reach the mount: compare the path, and look for a handler in front that answers 404.';
  if (status === 413) return 'A proxy, or the option maxHttpBufferSize, limits the size of a request.';
  if (status === 429) return 'Too many connections of this address: let the framework trust your proxy.';
  if (status === 502 || status === 504) return 'The proxy does not reach the server: compare the address in its configuration.';
  if (status === 503) return 'The server is shutting down, or too many handshakes are pending: try again in a few seconds.';
  return '';
}

const report = async () => JSON.parse(await request(base + 'diagnostics/report', { credentials: 'same-origin' }));

/** Opens a session by polling. */
async function handshake() {
  const text = await request(ask({ transport: 'polling' }));
  if (text[0] !== '0') fail('The answer is no handshake: ' + text.slice(0, 100));
  return JSON.parse(text.slice(1));
}
const post = (sid, body) => request(ask({ transport: 'polling', sid }), { method: 'POST', body, headers: { 'content-type': 'text/plain' } });
const poll = (sid) => request(ask({ transport: 'polling', sid }));

/** A WebSocket with its messages in order. */
function webSocket(query) {
  const socket = new WebSocket(ask(query).replace(/^http/, 'ws'));
  const waiting = [];
  const come = [];
  let end;
  const settle = () => {
    while (waiting.length > 0 && (come.length > 0 || end)) {
      const { resolve, reject } = waiting.shift();
      if (come.length > 0) resolve(come.shift());
      else reject(end);
    }
  };
  const over = (text) => { end ??= new Finding('bad', text); settle(); };
  socket.onmessage = ({ data }) => { come.push(data); settle(); };
  socket.onerror = () => over('The browser could not open the WebSocket. ' + (isAtHome()
    ? 'Let the proxy pass the headers Upgrade and Connection on.'
    : 'First do what Origin says above: a server that expects another origin refuses this page. If it still fails then, let the proxy pass the headers Upgrade and Connection on.'));
  socket.onclose = ({ code }) => over('The WebSocket was closed with code ' + code);
  const timer = setTimeout(() => over('The WebSocket gave no answer within ' + PATIENCE_MS / 1000 + ' s.'), PATIENCE_MS);
  return {
    opened: new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.addEventListener('error', () => reject(end));
    }),
    send: (text) => socket.send(text),
    next: () => new Promise((resolve, reject) => { waiting.push({ resolve, reject }); settle(); }),
    close: () => { clearTimeout(timer); socket.onclose = null; socket.close(); },
  };
}

async function probe(sid) {
  const socket = webSocket({ transport: 'websocket', sid });
  await socket.opened;
  const start = performance.now();
  socket.send('2probe');
  const answer = await socket.next();
  const time = performance.now() - start;
  if (answer !== '3probe') fail('The answer to the probe is ' + answer);
  return { socket, time };
}

let view;
/** Whether the server takes the page for its own. Without a report, the proxy is the likelier cause. */
const isAtHome = () => view === undefined || (view.host === location.host && view.secure === (location.protocol === 'https:'));
const speaks = (transport) => view === undefined || view.transports.includes(transport);

const CHECKS = [
  ['Server', async () => {
    view = await report();
    document.querySelector('#report').textContent = JSON.stringify(view, null, 2);
    return 'Process ' + view.pid + ' answers. It sees this browser at ' + view.address + '.';
  }],
  ['Origin', async () => {
    if (view === undefined) fail('The server gave no report.');
    if (view.host !== location.host) warn('This page is at ' + location.host + ', but the server sees requests for ' + view.host + '. Let the proxy pass the header Host on, or let it set X-Forwarded-Host and the framework trust the proxy.');
    if (view.secure !== (location.protocol === 'https:')) warn('This page came by ' + location.protocol + ' but the server sees ' + (view.secure ? 'https:' : 'http:') + '. Let the proxy set X-Forwarded-Proto, and the framework trust the proxy.');
    return 'The server sees ' + location.origin + ', too.';
  }],
  ['Cookies', async () => {
    const { cookie } = await report();
    if (!cookie) fail('A cookie that the server set did not come back. Allow cookies in this browser, and let the proxy pass Set-Cookie and Cookie on.');
    return 'A cookie that the server set comes back.';
  }],
  ['Polling', async () => {
    if (!speaks('polling')) return 'Off: the option transports does not list it.';
    const { sid } = await handshake();
    await post(sid, '1');
    return 'A session begins and ends.';
  }],
  ['Stickiness', async () => {
    if (!speaks('polling')) return 'Not needed without polling.';
    const instances = new Set();
    for (let round = 0; round < 4; round++) {
      const { sid } = await handshake();
      await post(sid, '40');
      await poll(sid);
      await post(sid, '1');
      instances.add((await report()).instance);
    }
    return 'Every request reached the server of its session' + (instances.size > 1 ? ', of ' + instances.size + ' that answer.' : '.');
  }],
  ['WebSocket', async () => {
    if (!speaks('websocket')) return 'Off: the option transports does not list it.';
    const socket = webSocket({ transport: 'websocket' });
    const open = await socket.next();
    socket.close();
    if (open[0] !== '0') fail('The first message is no handshake: ' + open.slice(0, 100));
    return 'Opens at once.';
  }],
  ['Upgrade', async () => {
    if (!speaks('polling') || !speaks('websocket')) return 'Not needed with one transport.';
    const { sid, upgrades } = await handshake();
    if (!upgrades.includes('websocket')) return 'Off: the option allowUpgrades.';
    const { socket } = await probe(sid);
    socket.close();
    await post(sid, '1');
    return 'A session moves from polling to WebSocket.';
  }],
];

function row(name) {
  const item = document.createElement('li');
  item.innerHTML = '<span class="mark" aria-hidden="true">…</span><span class="name"></span><span class="time"></span><span class="text"></span>';
  item.querySelector('.name').textContent = name;
  document.querySelector('#checks').append(item);
  return (level, text, time) => {
    item.className = level;
    item.dataset.level = level;
    item.querySelector('.mark').textContent = { good: '✓', warn: '!', bad: '✗' }[level];
    item.querySelector('.text').textContent = text;
    item.querySelector('.time').textContent = Math.round(time) + ' ms';
  };
}

async function runChecks() {
  document.querySelector('#checks').replaceChildren();
  view = undefined;
  const levels = [];
  for (const [name, check] of CHECKS) {
    const show = row(name);
    const start = performance.now();
    try {
      const text = await check();
      levels.push('good');
      show('good', text, performance.now() - start);
    } catch (error) {
      const level = error.level ?? 'bad';
      levels.push(level);
      show(level, error.message, performance.now() - start);
    }
  }
  const summary = document.querySelector('#summary');
  const bad = levels.filter((level) => level !== 'good').length;
  summary.className = levels.includes('bad') ? 'bad' : bad > 0 ? 'warn' : 'good';
  summary.textContent = bad === 0 ? 'Everything works' : bad + ' of ' + levels.length + ' checks need a look';
}

const samples = { http: [], websocket: [] };

function draw() {
  const top = Math.max(10, ...samples.http, ...samples.websocket) * 1.1;
  for (const [name, times] of Object.entries(samples)) {
    const points = times.map((time, index) => (index * 600) / (SAMPLES - 1) + ',' + (160 - (time / top) * 160));
    document.querySelector('#line-' + name).setAttribute('points', points.join(' '));
  }
  const median = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
  const text = Object.entries(samples).filter(([, times]) => times.length > 0).map(([name, times]) => (name === 'http' ? 'HTTP ' : 'WebSocket ') + median(times).toFixed(1) + ' ms');
  document.querySelector('#latency').textContent = 'Median of ' + samples.http.length + ': ' + text.join(', ');
}

async function measure() {
  samples.http.length = samples.websocket.length = 0;
  for (let n = 0; n < SAMPLES; n++) {
    const start = performance.now();
    await report();
    samples.http.push(performance.now() - start);
    if (speaks('polling') && speaks('websocket')) {
      const { sid } = await handshake();
      const { socket, time } = await probe(sid);
      socket.close();
      samples.websocket.push(time);
      await post(sid, '1');
    }
    draw();
  }
}

const again = document.querySelector('#again');
async function run() {
  again.disabled = true;
  await runChecks();
  await measure().catch(() => {
    document.querySelector('#latency').textContent = 'Not measured: a check above has failed.';
  });
  again.disabled = false;
}
again.addEventListener('click', run);
void run();
`;
