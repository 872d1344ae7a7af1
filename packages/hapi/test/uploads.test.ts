import { uploadSuite } from '@sio/conformance/suites';

uploadSuite(new URL('./processes/parsers.mjs', import.meta.url), [
  'its own payload parsers',
  'payloads that are kept as they are',
  'payloads that are kept in files',
]);
