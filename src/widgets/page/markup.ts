/** The page before anything is shown on it. A function, for the build; nothing here runs in a browser. */

export interface PageParts {
  script: string;
  style: string;
  scriptHash: string;
  styleHash: string;
}

export function markup({ script, style, scriptHash, styleHash }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '${scriptHash}'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'">
<title>Analytics report</title>
<style>${style}</style>
</head>
<body>
<main aria-busy="true">
<header>
<h1 id="title">Analytics report</h1>
<p id="subtitle"></p>
</header>
<div id="bar" hidden>
<button type="button" id="back" hidden>← Back</button>
<label id="metric-label" hidden>Metric <select id="metric"></select></label>
<div role="group" aria-label="View" id="views">
<button type="button" id="view-chart" aria-pressed="true">Chart</button>
<button type="button" id="view-table" aria-pressed="false">Table</button>
</div>
<button type="button" id="csv">Download CSV</button>
</div>
<p id="status" role="status">Waiting for the report…</p>
<figure id="figure" hidden>
<div id="plot">
<div id="drawing"></div>
<div id="mark" hidden></div>
<input type="range" id="cursor" min="0" value="0" step="1">
</div>
<div id="readout" aria-live="polite"></div>
</figure>
<div id="table" role="region" aria-labelledby="title" tabindex="0" hidden></div>
<button type="button" id="ask" hidden>Ask what drove this</button>
<details id="notes" hidden><summary></summary><ul></ul></details>
</main>
<script>${script}</script>
</body>
</html>
`;
}
