const form = document.getElementById('login');
const name = document.getElementById('name');
const enter = document.getElementById('enter');
const error = document.getElementById('login-error');
const rename = document.getElementById('rename');
const logout = document.getElementById('logout');
const line = document.getElementById('line');

/** The form that asks for a name: shown to visitors, and to users who choose another name. */
export function loginForm(login) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    complain('');
    login(name.value);
  });
  form.addEventListener('keydown', ({ key }) => key === 'Escape' && close());
  document.getElementById('cancel').addEventListener('click', close);
  rename.addEventListener('click', () => (form.hidden ? open() : close()));
  return { loggedIn, loggedOut, refuse, focus: () => name.focus(), suggest };
}

function loggedIn(as, byAccount) {
  document.body.classList.remove('visitor');
  logout.hidden = !byAccount;
  document.getElementById('me').textContent = as;
  enter.textContent = 'Save name';
  // Not when a lost connection came back by itself: the reader's focus stays where it is.
  const asked = form.contains(document.activeElement);
  hide();
  if (asked) line.focus();
}

function loggedOut(reason) {
  document.body.classList.add('visitor');
  enter.textContent = 'Log in';
  form.hidden = false;
  complain(reason);
}

/** A visitor who has had a name finds it in the field. */
function suggest(remembered) {
  name.value = remembered;
}

function refuse(reason) {
  complain(reason);
  name.focus();
  name.select();
}

function open() {
  form.hidden = false;
  rename.ariaExpanded = 'true';
  name.focus();
  name.select();
}

function close() {
  if (document.body.classList.contains('visitor')) return;
  hide();
  rename.focus();
}

function hide() {
  complain('');
  form.hidden = true;
  rename.ariaExpanded = 'false';
}

function complain(reason) {
  error.textContent = reason;
  name.ariaInvalid = reason === '' ? null : 'true';
}
