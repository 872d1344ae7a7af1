// A module with the namespaces of an API, as `sio asyncapi` loads it.
import { Namespace } from '@sio/core';

class Chat extends Namespace {
  static events = { say: 'onSay' };

  /** @param {string} text */
  onSay(text) {
    return text;
  }

  onLeave() {}
}

class News extends Namespace {
  onRead() {}
}

export const namespaces = { '/chat': Chat, '/news/:topic': News };
export const title = 'not a namespace';
