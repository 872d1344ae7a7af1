// Koa with body parsers in front of the Socket.IO server: node app.mjs <name of a parser>
import { createServer } from 'node:http';
import { bodyParser } from '@koa/bodyparser';
import Koa from 'koa';
import { koaBody } from 'koa-body';
import koaBodyparser from 'koa-bodyparser';
import { answering } from '../../../test-kit/programs/answering.mjs';
import { httpCommands } from '../../../test-kit/programs/http-commands.mjs';
import { Namespace, socketio } from '../../dist/index.js';

class Echo extends Namespace {
  /** @param {unknown} value */
  onEcho(value) {
    return value;
  }
}

const limits = { formLimit: '2mb', jsonLimit: '2mb', textLimit: '2mb' };
const types = ['application/octet-stream', 'text/plain'];

/** @type {Record<string, () => import('koa').Middleware>} */
const PARSERS = {
  'koa-bodyparser': () =>
    koaBodyparser({ ...limits, enableTypes: ['json', 'form', 'text'], extendTypes: { text: types } }),
  '@koa/bodyparser': () =>
    bodyParser({ ...limits, enableTypes: ['json', 'form', 'text'], extendTypes: { text: types } }),
  'koa-body': () => koaBody({ ...limits, multipart: true, text: true }),
};

const app = new Koa();
const parser = PARSERS[process.argv[2] ?? ''];
if (parser === undefined) throw new Error('There is no such parser');
app.use(parser());
app.use(socketio({ '/': Echo }, { maxBufferedChunks: 1e9 }));
answering(httpCommands(createServer(app.callback())));
