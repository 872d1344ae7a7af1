export {
  bytesOf,
  heard,
  LegacySession as Session,
  LegacyStream as Stream,
  legacyPolling as polling,
  legacyWebSocket as overWebSocket,
  type Running,
  startWithSocket,
} from '@sio/test-kit';
