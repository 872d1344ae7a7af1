import { uploadSuite } from '@sio/conformance/suites';

uploadSuite(new URL('./processes/parsers.mjs', import.meta.url), ['koa-bodyparser', '@koa/bodyparser', 'koa-body']);
