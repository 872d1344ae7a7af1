// @ts-nocheck: the files of Next are for Next's own compiler.
import { createRoot, hydrateRoot } from 'react-dom/client';
import Page from '../../next/app/page';

export function start(element) {
  const isRendered = element.hasChildNodes();
  const root = isRendered ? hydrateRoot(element, <Page />) : createRoot(element);
  if (!isRendered) root.render(<Page />);
  return () => root.unmount();
}
