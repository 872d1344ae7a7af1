import { ClientNamespace } from '@sio/client';
import { createElement as h, useState } from 'react';
import { useNamespace } from '../../recipes/react.js';
import type { ChatNamespace } from './server.js';

/** A client whose state a component shows. */
export class Chat extends ClientNamespace<typeof ChatNamespace> {
  readonly said: string[] = [];

  onSaid(_from: string, text: string) {
    this.said.push(text);
    this.changed();
  }
}

function Room({ url }: { url: string }) {
  const chat = useNamespace(() => new Chat(url), url);
  return h(
    'main',
    null,
    h('p', { id: 'state' }, chat?.connected ? 'connected' : 'away'),
    h('button', { type: 'button', id: 'say', onClick: () => chat?.emit('say', 'hello') }),
    h('ul', null, ...(chat?.said ?? []).map((text, i) => h('li', { key: i }, text))),
  );
}

/** A room that can be left. */
export function App({ url }: { url: string }) {
  const [open, setOpen] = useState(true);
  const leave = h('button', { type: 'button', id: 'leave', onClick: () => setOpen(false) });
  return h('div', null, leave, open ? h(Room, { url }) : null);
}
