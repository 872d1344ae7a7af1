export {
  bystander as witness,
  closeOf,
  EngineSession as Session,
  engineUrl,
  held,
  joinByWebSocket,
  startEcho as start,
} from '@sio/test-kit';
