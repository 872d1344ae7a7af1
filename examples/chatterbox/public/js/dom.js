/** Creates an element with a text that is never read as HTML. */
export function element(tag, className, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** A round picture of a person: an initial on a colour of their own. */
export function face(name) {
  const made = element('span', 'face', [...name][0]?.toUpperCase());
  made.ariaHidden = 'true';
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)) % 997;
  made.style.setProperty('--hue', String((sum * 137) % 360));
  return made;
}
