const form = document.getElementById('say');
const line = document.getElementById('line');
const error = document.getElementById('say-error');

/** The form for the next line. An error about a line stands below the field until the line changes. */
export function sayForm(say, changed) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = line.value;
    complain('');
    if (text.trim() === '') return form.reset();
    say(text);
  });
  line.addEventListener('input', () => {
    complain('');
    changed(line.value);
  });
  return { sent, refuse: complain };
}

/** Clears the field after the line was sent, unless the text has changed since. */
function sent(text) {
  if (line.value === text) form.reset();
}

function complain(reason) {
  error.textContent = reason;
  line.ariaInvalid = reason === '' ? null : 'true';
}
