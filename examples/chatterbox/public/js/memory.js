const KEY = 'chatterbox-me';

/** The name and room of this tab, which outlive a reload. A browser may keep nothing for pages: then they do not. */
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
