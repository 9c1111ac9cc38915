/** The script of the page: it inserts the parts that the server sends, and reports a lost connection. */
export const script = `'use strict';
const link = document.getElementById('link');
const source = new EventSource(document.body.dataset.events);
source.onmessage = ({ data }) => {
  for (const [id, text] of Object.entries(JSON.parse(data))) {
    const place = document.getElementById(id);
    if (place) place.innerHTML = text;
  }
  const headline = document.querySelector('h1');
  document.title = headline.textContent;
};
source.onopen = () => { link.textContent = 'connected'; };
source.onerror = () => { link.textContent = 'not connected: the command that served this page has ended, or cannot be reached'; };
`;

/** Styles of the page in addition to those of the report. */
export const watchStyle = `
.bar{display:block;width:100%;height:14px;margin:20px 0 4px;border:1px solid var(--control)}
.bar .hit{fill:var(--reused)}.bar .ran{fill:var(--ran)}.bar .failed{fill:var(--failed)}.bar .running{fill:var(--student)}
.stages small{margin-left:10px;color:var(--muted);font-size:.92em;overflow-wrap:anywhere}
.stages td,.stages th{overflow-wrap:anywhere}
.stages thead th,.stages td:nth-child(2),.stages td:nth-child(5){overflow-wrap:normal;white-space:nowrap}
.mark{display:inline-block;width:1.2em}
.answer{margin-top:12px}.answer p{max-width:46em;margin-bottom:8px}
.curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr));gap:20px 24px;margin-top:20px}
.curves h3{font-size:14px;margin:0}.curves p{font-size:13px;overflow-wrap:anywhere}.curves figcaption{margin-top:2px}
.curves svg{display:block;width:100%;max-width:340px;height:auto}
#log{margin-top:20px;overflow-wrap:anywhere}
@media (max-width:640px){.left{display:none}.stages th[scope=row]{min-width:7.5em}.stages small{display:block;margin:0}.stages td a{display:inline-block;padding:3px 0}}
`;
