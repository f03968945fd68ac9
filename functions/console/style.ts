// The one style sheet of the console: two themes from the same names, from telephone to wide screen.

const LIGHT = `
  color-scheme: light;
  --ground: #f6f5f1; --sheet: #ffffff; --line: #d9d6cc; --ink: #1b1c1e; --soft: #55585e;
  --accent: #0b5cad; --accent-ink: #ffffff; --won: #0a6b45; --won-ground: #e3f4ea;
  --wait: #7a4b00; --wait-ground: #fdf1d8; --bad: #a3201d; --bad-ground: #fdeaea;
  --plain-ground: #eeece5;
  --c0: #0b5cad; --c1: #b4480c; --c2: #0a6b45; --c3: #7a35b8; --c4: #8a6100; --c5: #a11752;
`;

const DARK = `
  color-scheme: dark;
  --ground: #131417; --sheet: #1c1e22; --line: #3a3d44; --ink: #f0efea; --soft: #b3b5ba;
  --accent: #7db8f5; --accent-ink: #0c1a29; --won: #6fd6a5; --won-ground: #163427;
  --wait: #f0c060; --wait-ground: #3a2e12; --bad: #ff9c94; --bad-ground: #411d1c;
  --plain-ground: #2a2c31;
  --c0: #7db8f5; --c1: #ffab70; --c2: #6fd6a5; --c3: #cfa3ff; --c4: #e8c55a; --c5: #ff9cc4;
`;

const MARKS = [0, 1, 2, 3, 4, 5]
  .map(
    (place) =>
      `.k${place} { stroke: var(--c${place}); } .k${place}.fill { fill: var(--c${place}); stroke: none; }`,
  )
  .join('\n');

const NARROW = `
@media (max-width: 44rem) {
  .top { padding: .5rem 1rem; }
  main { padding: 1rem .9rem 3rem; }
  h1 { font-size: 1.5rem; }
  .sheet { padding: .9rem; }
  .grid, .grid tbody, .grid tr, .grid td, .grid tbody th { display: block; width: auto; }
  .grid caption { display: block; }
  .grid thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .grid tr { border-top: 1px solid var(--line); padding: .7rem 0; }
  .grid tr:first-child { border-top: 0; }
  .grid td, .grid tbody th { border: 0; padding: .2rem 0; }
  .grid td { padding: .35rem 0 .35rem .7rem; border-left: 3px solid var(--line); margin: .35rem 0; }
  .grid .on { display: block; font-weight: 600; }
  .scroll table { min-width: 34rem; }
  .scroll table.stack { min-width: 0; }
  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack, .stack tbody, .stack tr, .stack th, .stack td { display: block; }
  .stack tr { border-top: 1px solid var(--line); padding: .5rem 0; }
  .stack tr:first-child { border-top: 0; }
  .stack th, .stack td { border: 0; padding: .1rem 0; }
  .stack .on { display: block; color: var(--soft); font-size: .875rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
  .row { grid-template-columns: 1fr auto; }
  .row .track { grid-column: 1 / -1; order: 3; }
}
`;

export const style = `
:root { ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
:root[data-theme="light"], :root:has(#theme-light:checked) { ${LIGHT} }
:root[data-theme="dark"], :root:has(#theme-dark:checked) { ${DARK} }
* { box-sizing: border-box; }
html { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
body { margin: 0; background: var(--ground); color: var(--ink); }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--sheet); padding: .5rem 1rem; z-index: 1; }
.top { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center;
  padding: .6rem 2rem; border-bottom: 1px solid var(--line); background: var(--sheet); }
.top .name { font-weight: 700; letter-spacing: .01em; text-decoration: none; color: var(--ink); }
.top .room { flex: 1; }
.top form, .themes { display: flex; gap: .25rem; align-items: center; margin: 0; border: 0; padding: 0; }
.themes legend { float: left; padding: 0; margin-right: .4rem; }
.themes label { display: inline-flex; gap: .25rem; align-items: center; margin-right: .6rem; }
.themes, .top button, .who { font-size: .875rem; }
.who { color: var(--soft); }
button { font: inherit; color: var(--ink); background: var(--plain-ground); border: 1px solid var(--line);
  border-radius: .35rem; padding: .25rem .65rem; min-height: 1.75rem; cursor: pointer; }
button[aria-pressed="true"] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
button.main { background: var(--accent); color: var(--accent-ink); border-color: var(--accent);
  padding: .5rem 1.1rem; font-weight: 600; }
main { max-width: 78rem; margin: 0 auto; padding: .6rem 2rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .1rem 0 .4rem; text-wrap: balance; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0 0 .6rem; }
h3 { font-size: 1rem; margin: 1.1rem 0 .4rem; }
p { margin: .3rem 0; max-width: 70ch; overflow-wrap: anywhere; }
.over { color: var(--soft); font-size: .9rem; margin: 0; }
.soft { color: var(--soft); }
.small { font-size: .875rem; }
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: .6rem;
  padding: .9rem 1.3rem; margin: .9rem 0; }
.answer { border-left: .4rem solid var(--line); }
.answer.won { border-left-color: var(--won); }
.answer.wait { border-left-color: var(--wait); }
.answer.bad { border-left-color: var(--bad); }
.lines { list-style: none; margin: .5rem 0 0; padding: 0; display: grid; gap: .3rem; }
.chip { display: inline-block; font-size: .8rem; line-height: 1.4; padding: .05rem .5rem; border-radius: 1rem;
  background: var(--plain-ground); color: var(--ink); white-space: nowrap; }
.chip.won { background: var(--won-ground); color: var(--won); font-weight: 600; }
.chip.wait { background: var(--wait-ground); color: var(--wait); font-weight: 600; }
.chip.bad { background: var(--bad-ground); color: var(--bad); font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .5rem .7rem; border-top: 1px solid var(--line);
  overflow-wrap: anywhere; }
thead th { border-top: 0; font-size: .9rem; overflow-wrap: normal; }
caption { text-align: left; color: var(--soft); font-size: .9rem; padding: 0 0 .4rem; }
td.n, th.n { text-align: right; }
.scroll { overflow-x: auto; }
.grid td, .grid th { width: 30%; }
.grid tbody th { width: 22%; font-weight: 600; }
.grid .on, .stack .on { display: none; }
.grid .rate { font-size: 1.35rem; font-weight: 700; line-height: 1.25; }
.grid td.best { background: var(--won-ground); }
.key { display: inline-block; width: .8rem; height: .8rem; margin-right: .45rem; vertical-align: -.05rem; }
.row { display: grid; grid-template-columns: minmax(8rem, 15rem) 1fr minmax(9rem, auto); gap: .2rem 1rem;
  align-items: center; padding: .3rem 0; }
.row .value { font-variant-numeric: tabular-nums; }
svg { display: block; overflow: visible; }
.track svg { width: 100%; height: 1.4rem; }
.track.thin svg { height: .9rem; max-width: 16rem; }
.curve { width: 100%; height: 12rem; }
svg .axis { stroke: var(--line); stroke-width: 1; }
svg .span { stroke-width: 2.5; } svg .dot { stroke-width: 10; stroke-linecap: round; }
svg .run { stroke-width: 2.5; fill: none; stroke-linejoin: round; }
svg path, svg line, svg polyline { vector-effect: non-scaling-stroke; }
.d1 { stroke-dasharray: 7 4; } .d2 { stroke-dasharray: 2 4; } .d3 { stroke-dasharray: 10 3 2 3; }
.d4 { stroke-dasharray: 1 5; } .d5 { stroke-dasharray: 12 6; }
${MARKS}
.ticks { display: flex; justify-content: space-between; color: var(--soft); font-size: .8rem;
  font-variant-numeric: tabular-nums; }
.meter { width: 100%; height: 1rem; max-width: 40rem; }
.meter .ground { fill: var(--plain-ground); } .meter .full { fill: var(--accent); }
.meter .goal { stroke: var(--ink); stroke-width: 2; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 1.5rem; }
details > summary { cursor: pointer; color: var(--accent); padding: .2rem 0; }
dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .25rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.field { display: grid; gap: .3rem; max-width: 30rem; margin: 1rem 0; }
input[type="password"] { font: inherit; color: var(--ink); background: var(--sheet); border: 1px solid var(--soft);
  border-radius: .35rem; padding: .5rem .6rem; width: 100%; }
.error { color: var(--bad); font-weight: 600; }
${NARROW}
@media (min-width: 44.01rem) and (max-width: 64rem) { .row { grid-template-columns: 9rem 1fr 11rem; } }
@media print { .top, details { display: none; } body { background: none; } .sheet { break-inside: avoid; } }
`;
