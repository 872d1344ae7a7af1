export { Child } from '@sio/test-kit';
