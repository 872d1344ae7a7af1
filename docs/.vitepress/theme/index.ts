import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { h } from 'vue';
import chat from '../../screenshots/chatterbox.png';
import './contrast.css';
import './layout.css';
import { Diagram } from './diagram';

const CHAT = 'Chatterbox, the example chat: people in a room, their names and what they said';

export default {
  extends: DefaultTheme,
  // The first page shows what its readers are going to build.
  Layout: () =>
    h(DefaultTheme.Layout, null, {
      'home-hero-image': () => h('img', { class: 'hero-picture', src: chat, alt: CHAT }),
    }),
  enhanceApp({ app }) {
    app.component('Diagram', Diagram);
  },
} satisfies Theme;
