import { createApp, createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import Room from '../../vue/Room.vue';

export function start(element: HTMLElement) {
  const app = element.hasChildNodes() ? createSSRApp(Room) : createApp(Room);
  app.mount(element);
  return () => app.unmount();
}

export const renderOnServer = () => renderToString(createSSRApp(Room));
