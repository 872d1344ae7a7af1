// @ts-nocheck: the types of react-native come with the whole of it.
import { createRoot } from 'react-dom/client';
import { Room } from '../../react-native/Room';

export function start(element) {
  const root = createRoot(element);
  root.render(<Room url={location.origin} />);
  return () => root.unmount();
}
