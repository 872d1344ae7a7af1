import { StrictMode } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { Room } from '../../react/room.js';

const app = (
  <StrictMode>
    <Room />
  </StrictMode>
);

/** Shows the room, or takes over what a server rendered. @returns a function that takes it away */
export function start(element: HTMLElement) {
  const isRendered = element.hasChildNodes();
  const root = isRendered ? hydrateRoot(element, app) : createRoot(element);
  if (!isRendered) root.render(app);
  return () => root.unmount();
}
