/** The page. Its scripts and styles are files of their own: policies against inline code hold. */
export const PAGE: string = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>Server</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="?file=chart.css">
    <link rel="stylesheet" href="?file=page.css">
    <script src="?file=chart.js" defer></script>
    <script src="?file=page.js" type="module"></script>
  </head>
  <body>
    <header>
      <h1>Server</h1>
      <p id="status" role="status">Loading the figures…</p>
      <button type="button" id="pause" aria-pressed="false">Pause</button>
    </header>
    <main>
      <dl id="figures"></dl>
      <section aria-labelledby="history-title">
        <h2 id="history-title">Since this page is open</h2>
        <div id="charts"></div>
      </section>
      <section aria-labelledby="find-title">
        <h2 id="find-title">Find clients</h2>
        <form id="find">
          <label for="text" id="text-label">Socket id or room</label>
          <input id="text" type="search" autocomplete="off" spellcheck="false" required maxlength="200">
          <button type="submit">Find</button>
        </form>
        <p id="found" role="status"></p>
        <div id="results" class="wide"></div>
      </section>
      <section aria-labelledby="versions-title"><h2 id="versions-title">Protocol versions and transports</h2><div id="versions" class="wide"></div></section>
      <section aria-labelledby="namespaces-title"><h2 id="namespaces-title">Namespaces</h2><div id="namespaces" class="wide"></div></section>
      <section aria-labelledby="rooms-title"><h2 id="rooms-title">Rooms</h2><div id="rooms" class="wide"></div></section>
      <section aria-labelledby="slow-title"><h2 id="slow-title">Slow consumers</h2><div id="slow" class="wide"></div></section>
      <section aria-labelledby="refusals-title"><h2 id="refusals-title">Refusals</h2><div id="refusals" class="wide"></div></section>
      <section aria-labelledby="nodes-title"><h2 id="nodes-title">Cluster</h2><div id="nodes" class="wide"></div></section>
    </main>
    <dialog id="confirm" aria-labelledby="question">
      <form method="dialog">
        <p id="question"></p>
        <button value="no" autofocus>Cancel</button>
        <button id="yes" value="yes" class="danger">Disconnect</button>
      </form>
    </dialog>
  </body>
</html>
`;
