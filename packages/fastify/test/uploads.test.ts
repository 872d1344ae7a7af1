import { uploadSuite } from '@sio/conformance/suites';

uploadSuite(new URL('./processes/parsers.mjs', import.meta.url), [
  'its own parsers',
  'a parser of buffers for every type',
  'a parser of strings for text',
  '@fastify/formbody',
  '@fastify/multipart',
]);
