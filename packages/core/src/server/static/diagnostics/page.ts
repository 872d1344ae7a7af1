/** The page of the option `diagnostics`. Its script and its style are files of their own: policies against inline code hold. */
export const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>Connection check</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="diagnostics/page.css">
    <script src="diagnostics/page.js" type="module"></script>
  </head>
  <body>
    <header>
      <h1>Connection check</h1>
      <p id="summary" role="status">Checking…</p>
    </header>
    <main>
      <ul id="checks" aria-label="Checks"></ul>
      <section aria-labelledby="latency-title">
        <h2 id="latency-title">Latency</h2>
        <p id="latency">No sample yet</p>
        <svg id="graph" viewBox="0 0 600 160" role="img" aria-label="Round trips over WebSocket and over HTTP, in milliseconds">
          <polyline id="line-http" points=""></polyline>
          <polyline id="line-websocket" points=""></polyline>
        </svg>
        <p class="legend"><span class="websocket">WebSocket</span> <span class="http">HTTP</span></p>
      </section>
      <details>
        <summary>How this request reached the server</summary>
        <pre id="report"></pre>
      </details>
      <button type="button" id="again">Check again</button>
    </main>
  </body>
</html>
`;
