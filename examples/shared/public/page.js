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
  // An active socket tries again by itself. Otherwise the server has refused it, or this page has disconnected it.
  socket.on('disconnect', () => show(socket.active ? 'Reconnecting…' : 'Disconnected', 'bad'));
  socket.on('connect_error', (error) => show(socket.active ? 'Reconnecting…' : error.message, 'bad'));
  return socket;
}

/** An element with text: names and lines of others are never read as HTML. */
export function element(name, text = '', kind = '') {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = kind;
  return made;
}

/** Adds a line to a log, and shows it unless somebody reads further up. */
export function addLine(log, ...parts) {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 4;
  const line = element('div');
  line.append(...parts);
  log.append(line);
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

/** The id of the person in this tab. It survives a reload. */
export function me() {
  // `crypto.randomUUID` is missing where a phone opens the page by the address of your computer.
  sessionStorage.me ??= crypto.getRandomValues(new Uint32Array(3)).join('-');
  return sessionStorage.me;
}

/**
 * Asks who is here, and remembers it over a reload. The form stays until `entered()` is called, because the server may refuse a name.
 *
 * @param {(name: string) => void} enter
 */
export function askName(enter) {
  const [form, inside] = [document.querySelector('#enter'), document.querySelector('#inside')];
  const { name } = form.elements;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    enter(name.value);
  });
  name.value = sessionStorage.name ?? '';
  if (name.value !== '') form.requestSubmit();
  return function entered() {
    sessionStorage.name = name.value;
    form.hidden = true;
    inside.hidden = false;
  };
}

/**
 * Sends what the form has with `send`, whose promise is that of `emitWithAck`. A refused message returns to the form.
 *
 * @param {(text: string) => Promise<{ error?: { message: string } } | null>} send
 */
export function sayForm(send) {
  const form = document.querySelector('#say');
  const { text } = form.elements;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const said = text.value;
    form.reset();
    const { error } = (await send(said)) ?? {};
    if (error === undefined) return;
    text.value ||= said;
    text.setCustomValidity(error.message);
    text.reportValidity();
  });
  text.addEventListener('input', () => text.setCustomValidity(''));
}
