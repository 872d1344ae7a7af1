/**
 * Connects to a namespace of the server that the page came from, and shows the state in the element `#status`.
 *
 * @param {string} namespace
 * @param {object} [options] of the client
 */
export function connect(namespace, options) {
  const socket = io(namespace, options);
  const status = document.querySelector('#status');
  const show = (text, kind) => {
    status.textContent = text;
    status.className = kind;
  };
  socket.on('connect', () => show('Connected', 'good'));
  socket.on('disconnect', () => show('Reconnecting…', 'bad'));
  socket.on('connect_error', (error) => show(error.message, 'bad'));
  return socket;
}

/** An element with text: names and lines of others are never read as HTML. */
export function element(name, text = '', kind = '') {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = kind;
  return made;
}

/** Adds a line to a list and shows it. */
export function addLine(list, ...parts) {
  const line = element('li');
  line.append(...parts);
  list.append(line);
  list.scrollTop = list.scrollHeight;
  return line;
}

/** The id of the person in this tab. It survives a reload. */
export function me() {
  sessionStorage.me ??= crypto.randomUUID();
  return sessionStorage.me;
}
