// Express with body parsers in front of the Socket.IO server: node app.mjs <name of a parser>
import { createServer } from 'node:http';
import express from 'express';
import { answering } from '../../../test-kit/programs/answering.mjs';
import { httpCommands } from '../../../test-kit/programs/http-commands.mjs';
import { Namespace, socketio } from '../../dist/index.js';

class Echo extends Namespace {
  /** @param {unknown} value */
  onEcho(value) {
    return value;
  }
}

const whatever = { type: '*/*', limit: '2mb' };

/** @type {Record<string, import('express').RequestHandler>} */
const PARSERS = {
  'express.json()': express.json({ ...whatever, strict: false }),
  'express.raw()': express.raw(whatever),
  'express.text()': express.text(whatever),
  'express.urlencoded()': express.urlencoded({ ...whatever, extended: true }),
};

const app = express();
app.use(PARSERS[process.argv[2] ?? ''] ?? ((_req, _res, next) => next(new Error('There is no such parser'))));
app.use(socketio({ '/': Echo }, { maxBufferedChunks: 1e9 }));
answering(httpCommands(createServer(app)));
