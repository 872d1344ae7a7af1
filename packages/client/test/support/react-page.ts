import { createElement as h, StrictMode } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { App } from './react-app.js';

/** Renders the application, or takes over what a server rendered. */
export function start(url: string, element: Element) {
  const app = h(StrictMode, null, h(App, { url }));
  if (element.hasChildNodes()) hydrateRoot(element, app);
  else createRoot(element).render(app);
}
