import { uploadSuite } from '@sio/conformance/suites';

uploadSuite(new URL('./processes/parsers.mjs', import.meta.url), [
  'express.json()',
  'express.raw()',
  'express.text()',
  'express.urlencoded()',
]);
