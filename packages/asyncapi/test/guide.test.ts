import { asyncapi, asyncapiHandlers, asyncapiPageHandlers, diff } from '@sio/asyncapi';
import { type Emitted, Namespace, on, returns } from '@sio/core';
import { listen } from '@sio/test-kit';
import express, { type RequestHandler } from 'express';
import { expect, test } from 'vitest';
import { z } from 'zod';

const emits = { said: z.object({ from: z.string(), text: z.string() }) };

class Chat extends Namespace<Emitted<typeof emits>> {
  static emits = emits;

  @on('say', z.string().max(500))
  @returns(z.object({ delivered: z.boolean() }))
  say(text: string) {
    this.broadcast.emit('said', { from: this.id, text });
    return { delivered: true };
  }
}

const document = asyncapi({ '/chat': Chat }, { title: 'Chat', version: '1.4.0' }, { url: 'https://chat.example' });

function report(published: typeof document): string[] {
  return diff(published, document)
    .filter(({ breaking }) => breaking)
    .map(({ namespace, event, text }) => `${namespace} ${event}: ${text}`);
}

test('the samples of the README describe the class and the breaking changes', () => {
  expect(Object.keys(document.operations)).toEqual(['chat.client.say', 'chat.server.said']);
  const published = structuredClone(document) as { components: { schemas: Record<string, object> } };
  published.components.schemas['chat.client.say'] = { type: 'string', maxLength: 1000 };
  expect(report(published as never)).toEqual(['/chat say: The arguments: "[0]" has maxLength 500, and had 1000.']);
});

const app = express();
const requireDeveloper: RequestHandler = (req, res, next) => {
  if (req.get('authorization') === `Bearer ${process.env.DEVELOPER_TOKEN}`) next();
  else res.sendStatus(401);
};

const info = { title: 'Chat', version: '1.4.0' };

app.get('/asyncapi.json', asyncapiHandlers({ '/chat': Chat }, info).node);
app.get('/api', requireDeveloper, asyncapiPageHandlers({ '/chat': Chat }, info).node);

test('the routes of the README answer', async () => {
  const url = await listen(app);
  expect(await (await fetch(`${url}/asyncapi.json`)).json()).toMatchObject({ asyncapi: '3.0.0' });
  expect((await fetch(`${url}/api`)).status).toBe(401);
  const headers = { authorization: `Bearer ${process.env.DEVELOPER_TOKEN}` };
  expect(await (await fetch(`${url}/api`, { headers })).text()).toContain('<div id="asyncapi"');
});
