/** Logging in and out by HTTP, where the server keeps names in sessions: it says so with the event `account`. */
export class Account {
  /** Whether names belong to sessions here. */
  used = false;
  #socket;

  constructor(socket) {
    this.#socket = socket;
  }

  /** The next connection shows the session that the answer's cookie belongs to. */
  async logIn(name, refused) {
    const answer = await post('login', { name }).catch(() => undefined);
    if (answer === undefined) return refused('Not connected at the moment. Please try again.');
    if (!answer.ok) return refused(await answer.text());
    this.#socket.disconnect().connect();
  }

  /** The server closes the session's connections itself, also those of other pages. */
  logOut(refused) {
    post('logout', {}).catch(() => refused('Not connected at the moment. Please try again.'));
  }
}

function post(path, fields) {
  return fetch(path, { method: 'POST', body: new URLSearchParams(fields) });
}
