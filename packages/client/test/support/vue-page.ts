import { ClientNamespace } from '@sio/client';
import { createApp, createSSRApp, defineComponent, h, ref } from 'vue';
import { useNamespace } from '../../recipes/vue.js';
import type { ChatNamespace } from './server.js';

class Chat extends ClientNamespace<typeof ChatNamespace> {
  readonly said: string[] = [];

  onSaid(_from: string, text: string) {
    this.said.push(text);
    this.changed();
  }
}

const Room = defineComponent({
  props: { url: { type: String, required: true } },
  setup(props) {
    const chat = useNamespace(() => new Chat(props.url));
    return () =>
      h('main', [
        h('p', { id: 'state' }, chat.value?.connected ? 'connected' : 'away'),
        h('button', { type: 'button', id: 'say', onClick: () => chat.value?.emit('say', 'hello') }),
        h(
          'ul',
          (chat.value?.said ?? []).map((text) => h('li', text)),
        ),
      ]);
  },
});

/** The application: a room that can be left. */
export const App = defineComponent({
  props: { url: { type: String, required: true } },
  setup(props) {
    const open = ref(true);
    const leave = () => {
      open.value = false;
    };
    return () =>
      h('div', [
        h('button', { type: 'button', id: 'leave', onClick: leave }),
        open.value ? h(Room, { url: props.url }) : null,
      ]);
  },
});

/** Renders the application, or takes over what a server rendered. */
export function start(url: string, element: Element) {
  const make = element.hasChildNodes() ? createSSRApp : createApp;
  make(App, { url }).mount(element);
}
