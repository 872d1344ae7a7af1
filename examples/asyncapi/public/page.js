const changes = await (await fetch('/changes.json')).json();
for (const { breaking, namespace, event = '', text } of changes) {
  const item = document.createElement('li');
  item.textContent = `${namespace} ${event}: ${text}`;
  document.getElementById(breaking ? 'breaking' : 'harmless').append(item);
}
