const TRANSPORTS = new Map([
  ['polling', ['polling']],
  ['websocket', ['websocket']],
  ['upgrade', ['polling', 'websocket']],
]);

/**
 * Connects by the transport that the address asks for (`?transport=polling|websocket|upgrade`) and tells on the status
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
  const socket = window.io('/chat', { transports });
  const connected = () => say(`Connected: ${socket.io.engine.transport.name}`, 'good');
  socket.on('connect', () => {
    connected();
    socket.io.engine.on('upgrade', connected);
  });
  socket.on('disconnect', () => say('Disconnected', 'bad'));
  socket.on('connect_error', (error) => say(`Error: ${error.message}`, 'bad'));
  return socket;
}
