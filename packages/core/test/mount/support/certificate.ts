export { certificate } from '@sio/test-kit';
