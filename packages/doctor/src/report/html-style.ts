/** The style and the script of the page with the findings. */

export const STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f7f9, #14161a);
  --card: light-dark(#ffffff, #1c1f25);
  --ink: light-dark(#1b1f27, #e7e9ee);
  --soft: light-dark(#5a6270, #a2aab8);
  --line: light-dark(#dde1e7, #323741);
  --code: light-dark(#f3f4f7, #15181d);
  --accent: light-dark(#2457c5, #8fb2ff);
  --remedy: light-dark(#0b6b3a, #6fd49a);
  --remedy-back: light-dark(#eef8f1, #16251c);
  --another: light-dark(#b3202c, #ff8d8d);
  --missing: light-dark(#8a5300, #f2b95f);
  --quiet: light-dark(#5a6270, #a2aab8);
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace;
}
* { box-sizing: border-box; }
html { scroll-padding-top: 16px; }
body {
  max-width: 980px;
  margin: 0 auto;
  padding: 28px 20px 64px;
  background: var(--page);
  color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif;
}
p, h1, h2, ol, ul, pre { margin: 0; }
.tool { color: var(--soft); font-size: 13px; font-weight: 600; }
h1 { font-size: 28px; line-height: 1.25; letter-spacing: -0.01em; }
h2 { font-size: 18px; line-height: 1.35; text-wrap: balance; }
code, pre, .where { font-family: var(--mono); font-size: 13px; }
h2 code { font-size: 0.92em; }
.where { color: var(--soft); overflow-wrap: anywhere; }
.another { --tone: var(--another); }
.missing { --tone: var(--missing); }
.empty, .shared, .unread, .held { --tone: var(--quiet); }
nav { margin-top: 16px; }
nav ol { padding: 0; list-style: none; border-top: 1px solid var(--line); }
nav li {
  display: flex;
  flex-wrap: wrap;
  gap: 2px 14px;
  justify-content: space-between;
  padding: 8px 0 8px 12px;
  border-bottom: 1px solid var(--line);
  box-shadow: inset 3px 0 0 var(--tone);
}
a { color: var(--ink); text-decoration-color: var(--soft); text-underline-offset: 3px; }
a:hover { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
article, .unchecked {
  margin-top: 20px;
  padding: 18px 20px 20px;
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--card);
}
article { border-left: 4px solid var(--tone); }
.severity {
  display: flex;
  justify-content: space-between;
  gap: 12px;
  color: var(--tone);
  font-size: 13px;
  font-weight: 650;
}
.title { display: inline-block; }
.title::first-letter { text-transform: uppercase; }
.count { color: var(--soft); font-weight: 500; }
.places { margin-top: 14px; padding: 0; list-style: none; counter-reset: place; }
.places > li { position: relative; padding: 0 0 14px 30px; counter-increment: place; }
.places > li::before {
  content: counter(place);
  position: absolute;
  left: 0;
  top: 1px;
  width: 20px;
  height: 20px;
  border: 1.5px solid var(--tone);
  border-radius: 50%;
  color: var(--tone);
  font-size: 11px;
  font-weight: 700;
  line-height: 17px;
  text-align: center;
}
.places > li:not(:last-child)::after {
  content: "";
  position: absolute;
  left: 9px;
  top: 25px;
  bottom: 3px;
  width: 1.5px;
  background: var(--line);
}
.note { display: flex; flex-wrap: wrap; gap: 0 14px; justify-content: space-between; }
pre {
  position: relative;
  margin-top: 6px;
  padding: 8px 0;
  overflow-x: auto;
  border-radius: 6px;
  background: var(--code);
  line-height: 1.55;
  tab-size: 2;
}
.line { display: block; width: max-content; min-width: 100%; padding: 0 12px; color: var(--soft); }
.line.spot { background: color-mix(in oklab, var(--tone) 11%, transparent); color: var(--ink); }
.number { display: inline-block; margin-right: 14px; color: var(--soft); user-select: none; }
mark {
  border-radius: 2px;
  background: color-mix(in oklab, var(--tone) 22%, transparent);
  box-shadow: 0 2px 0 var(--tone);
  color: inherit;
}
.remedy { padding: 10px 14px 12px; border-radius: 8px; background: var(--remedy-back); }
.remedy p { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 10px; }
.remedy b { color: var(--remedy); }
.remedy pre { padding: 8px 12px; background: var(--card); }
button {
  margin-left: auto;
  padding: 3px 12px;
  border: 1px solid var(--line);
  border-radius: 6px;
  background: var(--card);
  color: var(--ink);
  font: 600 13px/1.4 system-ui, sans-serif;
  cursor: pointer;
}
button:hover { border-color: var(--accent); }
.unchecked ul { margin-top: 8px; padding-left: 18px; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 560px) {
  body { padding: 18px 12px 48px; }
  article, .unchecked { padding: 14px 12px; }
  .places > li { padding-left: 0; }
  .places > li::before { position: static; display: inline-block; margin: 0 8px 4px 0; }
  .places > li::after { content: none !important; }
  .note { display: inline; }
  .note .title { display: inline; }
  .note .where { display: block; }
}
@media print {
  article { break-inside: avoid; }
  button { display: none; }
}
`;

/** Pages without a clipboard have no buttons. On a narrow page, the spot may be in the part of a line that is not visible. */
export const SCRIPT = `
for (const mark of document.querySelectorAll('mark')) {
  const excerpt = mark.closest('pre');
  const end = mark.offsetLeft + mark.offsetWidth + 40;
  if (end > excerpt.clientWidth) excerpt.scrollLeft = end - excerpt.clientWidth;
}
const said = document.querySelector('.said');
for (const button of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    said.textContent = 'The remedy is on the clipboard.';
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
}
`;
