import { hydrate, mount, unmount } from 'svelte';
import Room from '../../svelte/Room.svelte';

export function start(element: HTMLElement) {
  const show = element.hasChildNodes() ? hydrate : mount;
  const room = show(Room, { target: element });
  return () => unmount(room);
}
