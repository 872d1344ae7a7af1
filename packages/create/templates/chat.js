import { Namespace } from '@sio/framework';

/** One object for each client in `/chat`; a method for each event. */
export class Chat extends Namespace {
  name = 'guest';

  /** @param {string} name */
  async onEnter(name) {
    this.name = name;
    await this.join('lobby');
  }

  /**
   * The value that a method returns is the acknowledgement.
   * @param {string} text
   */
  onSay(text) {
    this.to('lobby').emit('said', this.name, text);
    return { delivered: true };
  }
}
