import type { FormEvent } from 'react';
import { Chat } from '../chat';
import { useNamespace } from './use-namespace';

export function Room() {
  const chat = useNamespace(() => new Chat());

  function say(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    chat?.emit('say', String(new FormData(form).get('text')));
    form.reset();
  }

  return (
    <main>
      <p role="status">{chat?.connected ? 'connected' : 'offline'}</p>
      <form onSubmit={say}>
        <input name="text" aria-label="Message" />
        <button type="submit">Send</button>
      </form>
      <ul>
        {chat?.said.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ul>
    </main>
  );
}
