import { Component } from '@angular/core';
import { Chat } from '../chat';
import { injectNamespace } from './inject-namespace';

@Component({
  selector: 'app-room',
  template: `
    <main>
      <p role="status">{{ chat()?.connected ? 'connected' : 'offline' }}</p>
      <form (submit)="say($event, text)">
        <input #text name="text" aria-label="Message" />
        <button type="submit">Send</button>
      </form>
      <ul>
        @for (line of chat()?.said; track line.id) {
          <li>{{ line.text }}</li>
        }
      </ul>
    </main>
  `,
})
export class Room {
  protected readonly chat = injectNamespace(() => new Chat());

  protected say(event: Event, input: HTMLInputElement) {
    event.preventDefault();
    this.chat()?.emit('say', input.value);
    input.value = '';
  }
}
