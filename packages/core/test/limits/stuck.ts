export { stuck } from '@sio/test-kit';
