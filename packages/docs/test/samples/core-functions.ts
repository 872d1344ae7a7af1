// #region
import { Server } from '@sio/core';

const io = new Server(3000);
io.on('connection', (socket) => socket.on('say', (text, ack) => ack(`heard ${text}`)));
// #endregion
