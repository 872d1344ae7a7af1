const TRANSPORTS = new Map([
  ['polling', ['polling']],
  ['websocket', ['websocket']],
  ['upgrade', ['polling', 'websocket']],
]);

/**
 * Connects over the transport that the URL names (`?transport=polling|websocket|upgrade`) and shows on the status
 * line how that goes.
 */
export function connect(status) {
  const say = (text, level) => {
    status.textContent = text;
    status.className = level;
  };
  if (window.io === undefined) {
    say('Error: the Socket.IO client could not be loaded', 'bad');
    throw new Error('No Socket.IO client');
  }

  const wanted = new URLSearchParams(location.search).get('transport');
  const transports = TRANSPORTS.get(wanted) ?? TRANSPORTS.get('upgrade');
  const socket = window.io('/chat', { transports, closeOnBeforeunload: true });
  const connected = () => say(`Connected: ${socket.io.engine.transport.name}`, 'good');
  socket.on('connect', () => {
    connected();
    socket.io.engine.on('upgrade', connected);
  });
  socket.on('disconnect', () => say(socket.active ? 'Disconnected. Connecting again…' : 'Disconnected', 'bad'));
  // An active socket tries again by itself, because the server is unreachable. Otherwise the server has sent a reason.
  socket.on('connect_error', ({ message }) => {
    say(socket.active ? 'The server cannot be reached. Trying again…' : `Error: ${message}`, 'bad');
  });
  return socket;
}
