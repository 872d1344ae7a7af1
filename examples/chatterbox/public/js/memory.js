const KEY = 'chatterbox-me';

/** The name and room of this tab, which are kept over a reload if the browser stores data for pages. */
export const memory = {
  read() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  },
  write({ name, room }) {
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ name, room }));
    } catch {
      // The page works without.
    }
  },
};
