/** The script of the page. A line before it declares `settings`. Text goes into the page only as text, never as HTML. */
export const SCRIPT: string = `
const INTERVAL_MS = 2000;
const SAMPLES = 300;

const $ = (id) => document.querySelector('#' + id);
const number = new Intl.NumberFormat('en');

/** Clients choose names: characters that would hide or reverse the text beside them are escaped. */
const shown = (text) => String(text).replace(/[\\p{C}\\p{Zl}\\p{Zp}]/gu, (char) => '\\\\u{' + char.codePointAt(0).toString(16) + '}');
const bytes = (count) => {
  const units = ['B', 'kB', 'MB', 'GB'];
  let unit = 0;
  for (; count >= 1000 && unit < units.length - 1; unit++) count /= 1000;
  return number.format(Math.round(count * 10) / 10) + ' ' + units[unit];
};
const seconds = (ms) => number.format(Math.round(ms / 100) / 10) + ' s';
const age = (s) => (s < 120 ? Math.round(s) + ' s' : s < 7200 ? Math.round(s / 60) + ' min' : Math.round(s / 3600) + ' h');

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

async function ask(query, options = {}) {
  const answer = await fetch('?' + new URLSearchParams(query), { cache: 'no-store', credentials: 'same-origin', ...options });
  if (answer.ok) return answer.json();
  const text = (await answer.text()).slice(0, 200).trim();
  throw Object.assign(Error(), { message: text || 'The server answers ' + answer.status });
}

// ---- tables ----

/** Columns are pairs of a title and a function that returns a cell's text or element for a row. */
function table(place, columns, rows, none) {
  if (rows.length === 0) {
    place.replaceChildren(element('p', none));
    return;
  }
  const made = element('table', undefined, { 'aria-labelledby': place.id + '-title' });
  const head = element('tr');
  for (const [title] of columns) head.append(element('th', title, { scope: 'col' }));
  made.append(element('thead'));
  made.tHead.append(head);
  const body = element('tbody');
  for (const row of rows) {
    const line = element('tr');
    for (const [, cellOf] of columns) {
      const content = cellOf(row);
      const cell = element('td');
      if (typeof content === 'number') {
        cell.className = 'number';
        cell.textContent = number.format(content);
      } else if (content instanceof Node) cell.append(content);
      else cell.textContent = content === undefined ? '–' : shown(content);
      line.append(cell);
    }
    body.append(line);
  }
  made.append(body);
  place.replaceChildren(made);
}

/** A table of figures. It is not replaced while its content is the same, so that a selection is kept. */
const drawn = new Map();
function figures(id, columns, rows, none, total = rows.length) {
  const now = JSON.stringify([rows, total]);
  if (drawn.get(id) === now) return;
  drawn.set(id, now);
  const place = $(id);
  table(place, columns, rows, none);
  if (total > rows.length) place.append(element('p', 'The ' + number.format(rows.length) + ' largest of ' + number.format(total)));
}

// ---- figures ----

/** Bytes in one direction, of all protocol versions and transports. */
const carried = (traffic, way) =>
  Object.values(traffic).flatMap(Object.values).reduce((sum, counted) => sum + counted[way], 0);

function drawFigures({ stats }) {
  const rows = [
    ['Connections', number.format(stats.connections.total)],
    ['In no namespace yet', number.format(stats.unjoined)],
    ['Given up before they joined', number.format(stats.evicted)],
    ['From clients', bytes(carried(stats.traffic, 'received'))],
    ['To clients', bytes(carried(stats.traffic, 'sent'))],
    ['Waiting for clients', bytes(stats.bufferedBytes)],
    ['Waiting for the slowest', bytes(stats.maxBufferedBytes)],
    ['Oldest heartbeat', seconds(stats.maxHeartbeatAge)],
    ['Event loop late by', Math.round(stats.eventLoopLag) + ' ms'],
    ['Events dropped', number.format(stats.flow.dropped + stats.flow.replaced + stats.flow.skipped)],
    ['Disconnected as too slow', number.format(stats.flow.slowConsumers)],
  ];
  $('figures').replaceChildren(...rows.map(([name, value]) => {
    const pair = element('div');
    pair.append(element('dt', name), element('dd', value));
    return pair;
  }));
}

const VERSIONS = { eio4: 'Socket.IO 3 and 4', eio3: 'Socket.IO 1 and 2', 0.9: 'Socket.IO 0.7 to 0.9' };

function drawTables({ stats, namespaces, rooms, slow, refusals, cluster }) {
  const versions = Object.entries(stats.connections.generations).flatMap(([version, counts]) =>
    Object.entries(counts).map(([transport, count]) => ({ version, transport, count, ...stats.traffic[version]?.[transport] })));
  figures('versions', [['Clients', (row) => VERSIONS[row.version] ?? row.version], ['Transport', (row) => row.transport], ['Connections', (row) => row.count], ['From clients', (row) => bytes(row.received ?? 0)], ['To clients', (row) => bytes(row.sent ?? 0)]], versions, 'There is no connection.');
  figures('namespaces', [['Namespace', (row) => row.name], ['Sockets', (row) => row.sockets], ['Rooms', (row) => row.rooms]], namespaces.rows, 'There is no namespace.', namespaces.total);
  figures('rooms', [['Room', (row) => row.room], ['Namespace', (row) => row.namespace], ['Sockets', (row) => row.sockets]], rooms.rows, 'There is no room.', rooms.total);
  figures('slow', [['Socket', (row) => row.id], ['User', (row) => row.user], ['Namespace', (row) => row.namespace], ['Transport', (row) => row.transport], ['Waiting', (row) => bytes(row.bufferedBytes)]], slow.rows, 'No client is slow.', slow.total);
  figures('refusals', [['Refused', (row) => row.type], ['Code', (row) => row.code], ['Times', (row) => row.count]], refusals, 'Nothing was refused since the page was set up.');
  if (cluster === undefined) figures('nodes', [], [], 'This server is alone.');
  else {
    const nodes = [...cluster.nodes, ...cluster.silent.map((name) => ({ name, state: 'silent' }))];
    figures('nodes', [['Server', (row) => row.name], ['State', (row) => row.state], ['Connections', (row) => row.connections], ['Sockets', (row) => row.sockets], ['Memory', (row) => row.memory && bytes(row.memory)], ['Runs for', (row) => row.uptime && age(row.uptime)], ['Lost messages', (row) => row.lost]], nodes, '');
  }
}

// ---- charts ----

const history = { time: [], connections: [], bytes: [], lag: [] };
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const CHARTS = [
  { key: 'connections', title: 'Connections', format: (value) => number.format(value) },
  { key: 'bytes', title: 'Bytes that wait', format: bytes },
  { key: 'lag', title: 'Delay of the event loop', format: (value) => number.format(value) + ' ms' },
].map((chart) => {
  const figure = element('figure');
  const caption = element('figcaption', chart.title);
  const place = element('div', undefined, { role: 'img', 'aria-label': chart.title });
  figure.append(caption, place);
  $('charts').append(figure);
  const axis = { stroke: color('--ink-soft'), grid: { stroke: color('--line'), width: 1 }, ticks: { stroke: color('--line') } };
  const plot = new uPlot({
    width: place.clientWidth || 300,
    height: 160,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most ?? 1) * 1.1] } },
    axes: [axis, { ...axis, size: 70, values: (_plot, ticks) => ticks.map(chart.format) }],
    series: [{}, { stroke: color('--accent'), fill: color('--accent-soft'), width: 2, points: { show: false } }],
  }, [[], []], place);
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: 160 })).observe(place);
  return { ...chart, plot, place, caption };
});

/** Seconds. */
const MINUTE = 60;

function drawCharts({ time, stats }) {
  history.time.push(time / 1000);
  history.connections.push(stats.connections.total);
  history.bytes.push(stats.bufferedBytes);
  history.lag.push(stats.eventLoopLag);
  for (const samples of Object.values(history)) samples.splice(0, samples.length - SAMPLES);
  for (const { key, title, format, plot, place, caption } of CHARTS) {
    plot.setData([history.time, history[key]]);
    // Without this, a single figure would appear on an axis of years.
    const [last, first] = [history.time.at(-1), history.time[0]];
    plot.setScale('x', { min: Math.min(first, last - MINUTE), max: last });
    const text = title + ': ' + format(history[key].at(-1));
    caption.textContent = text;
    place.setAttribute('aria-label', text + ', at most ' + format(Math.max(...history[key])));
  }
}

let paused = false;
async function look() {
  if (!paused && !document.hidden) {
    try {
      const snapshot = await ask({ stats: '' });
      drawFigures(snapshot);
      drawTables(snapshot);
      drawCharts(snapshot);
      const text = 'Up to date';
      if ($('status').textContent !== text) $('status').textContent = text;
      document.body.classList.remove('stale');
    } catch (error) {
      $('status').textContent = 'The figures are old: ' + error.message;
      document.body.classList.add('stale');
    }
  }
  setTimeout(look, INTERVAL_MS);
}

$('pause').addEventListener('click', () => {
  paused = !paused;
  $('pause').setAttribute('aria-pressed', String(paused));
  $('status').textContent = paused ? 'Paused' : 'Loading the figures…';
});
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && !paused) $('status').textContent = 'Loading the figures…';
});

// ---- clients ----

function action(text, label, run) {
  const button = element('button', text, { type: 'button', 'aria-label': label });
  button.addEventListener('click', run);
  return button;
}

function actionsOf(row) {
  const actions = element('span', undefined, { class: 'actions' });
  const name = shown(row.user ?? row.id);
  if (settings.showData) {
    actions.append(action('Show data', 'Show data of ' + name, async (event) => {
      const place = event.currentTarget;
      try {
        const { data } = await ask({ data: row.id, namespace: row.namespace });
        place.replaceWith(element('pre', shown(data).replaceAll('\\\\u{a}', '\\n'), { tabindex: '0' }));
      } catch (error) {
        $('found').textContent = error.message;
      }
    }));
  }
  if (settings.disconnect) actions.append(action('Disconnect', 'Disconnect ' + name, () => askToDisconnect(row, name)));
  return actions;
}

/** The client that the open dialog asks about. */
let asked;

function askToDisconnect(row, name) {
  asked = { row, name };
  $('question').textContent = 'Disconnect ' + name + ' from ' + shown(row.namespace) + ', with all its namespaces?';
  $('confirm').showModal();
}

// Not the dialog's event "close", which fires later, when the dialog may be open again.
$('yes').addEventListener('click', async () => {
  const { row, name } = asked;
  try {
    await ask({ disconnect: row.id, namespace: row.namespace }, { method: 'POST', headers: { 'x-sio-admin': '1' } });
    await find(name + ' is disconnected. ');
  } catch (error) {
    $('found').textContent = error.message;
  }
});

let searched = '';
async function find(prefix = '') {
  try {
    const { rows, total, silent } = await ask({ search: searched });
    table($('results'), [
      ...(settings.users ? [['User', (row) => row.user]] : []),
      ['Socket', (row) => row.id],
      ['Namespace', (row) => row.namespace],
      ['Address', (row) => row.address],
      ['Connected', (row) => new Date(row.since).toLocaleString()],
      ['By', (row) => (row.transport === undefined ? 'another server' : row.transport + ', ' + row.generation)],
      ['Rooms', (row) => row.rooms.join(', ') + (row.roomCount > row.rooms.length ? ' and ' + (row.roomCount - row.rooms.length) + ' more' : '')],
      ['Actions', actionsOf],
    ], rows, '');
    const more = total > rows.length ? '; the first ' + number.format(rows.length) + ' are shown' : '';
    const unheard = silent.length > 0 ? '; no answer from ' + silent.map(shown).join(', ') : '';
    $('found').textContent = prefix + number.format(total) + (total === 1 ? ' client' : ' clients') + ' found' + more + unheard;
  } catch (error) {
    $('found').textContent = error.message;
  }
}

if (settings.users) $('text-label').textContent = 'User, socket id or room';
$('find').addEventListener('submit', (event) => {
  event.preventDefault();
  searched = $('text').value;
  void find();
});
void look();
`;
