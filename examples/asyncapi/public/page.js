const changes = await (await fetch('/changes.json')).json();
for (const { breaking, namespace, event = '', text } of changes) {
  const name = document.createElement('strong');
  name.textContent = `${namespace} ${event}: `;
  const item = document.createElement('li');
  item.append(name, text);
  document.getElementById(breaking ? 'breaking' : 'harmless').append(item);
}
