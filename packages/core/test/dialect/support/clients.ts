export * from '@sio/test-kit/clients/any-version';
