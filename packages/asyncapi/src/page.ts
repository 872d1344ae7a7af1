/** The page that shows a document. Its script is a separate file, because policies forbid inline code. */
export const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="?file=component.css">
    <script src="?file=component.js" defer></script>
    <script src="?file=page.js" defer></script>
  </head>
  <body>
    <div id="asyncapi" role="status">Loading the document…</div>
  </body>
</html>
`;

/** The script of the page. */
export const SCRIPT = `
(async () => {
  const place = document.querySelector('#asyncapi');
  try {
    const answer = await fetch('?file=document.json');
    if (!answer.ok) {
      place.textContent = 'The server answers ' + answer.status + ' ' + answer.statusText;
      return;
    }
    const schema = await answer.json();
    document.title = schema.info.title + ' ' + schema.info.version;
    place.removeAttribute('role');
    AsyncApiStandalone.render({ schema, config: { show: { sidebar: true, errors: true } } }, place);
  } catch (error) {
    place.setAttribute('role', 'alert');
    place.textContent = error.message;
  }
})();
`;
