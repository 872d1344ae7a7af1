/**
 * The tour with an official client, as a plain script: it runs in a worker and in jsdom.
 * @param {any} io the client @param {string} url @param {string[]} transports @returns {Promise<Record<string, string>>}
 */
async function tour(io, url, transports) {
  /** @type {Record<string, string>} */
  const reports = {};
  /** @param {any} socket @param {string} event @returns {Promise<any[]>} */
  const next = (socket, event) =>
    new Promise((resolve) => socket.on(event, (/** @type {any[]} */ ...args) => resolve(args)));
  /** @param {any} socket @param {any[]} args @returns {Promise<any>} */
  const ask = (socket, ...args) => new Promise((resolve) => socket.emit(...args, resolve));

  const socket = io(url, { transports, forceNew: true, reconnection: false });
  const refused = next(socket, 'connect_error').then(([error]) => Promise.reject(error));
  await Promise.race([next(socket, 'connect'), refused]);
  refused.catch(() => undefined);
  reports.connect = 'yes';
  if (transports.length > 1 && socket.io.engine.transport.name !== transports.at(-1)) {
    await next(socket.io.engine, 'upgrade');
  }
  reports['echo text'] = await ask(socket, 'echo', 'žluťoučký 語 😀');
  socket.on('ask', (/** @type {string} */ what, /** @type {(said: string) => void} */ answer) =>
    answer(`well, ${what}`),
  );
  reports['answer a question'] = await ask(socket, 'quiz');

  let count = 0;
  socket.on('said', (/** @type {number} */ n) => {
    if (n === count) count++;
  });
  const last = next(socket, 'last');
  socket.emit('burst', 100);
  await last;
  reports['burst in order'] = String(count);

  const doubled = next(socket, 'doubled');
  socket.emit('double', new Uint8Array([1, 2, 3]).buffer);
  const [bytes] = await doubled;
  reports['echo bytes'] = [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

  const chat = io(`${url}/chat`, { transports, forceNew: true, reconnection: false });
  await next(chat, 'connect');
  reports['join /chat'] = 'yes';
  chat.disconnect();

  const gone = next(socket, 'disconnect');
  socket.emit('leave');
  await gone;
  reports['notice the end'] = 'yes';
  return reports;
}

Object.assign(globalThis, { tour });
