export {
  joinWebTransport as joined,
  startWebTransport as startVenue,
  type WebTransportPeer as Peer,
  type WebTransportServer as Venue,
} from '@sio/test-kit';
