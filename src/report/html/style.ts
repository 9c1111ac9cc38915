import { cssVariables, dark, fontFamily, light, print } from '../drawing/theme.ts';

/** The style of the report: it follows the reader's light or dark theme, and is plain in print. Nothing is loaded. */
export const reportStyle = `
:root{color-scheme:light dark;${cssVariables(light)};--sans:${fontFamily};--mono:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
@media (prefers-color-scheme:dark){:root{${cssVariables(dark)}}}
@media print{:root{color-scheme:light;${cssVariables(print)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 var(--sans);font-variant-numeric:tabular-nums}
.page{max-width:1072px;margin:0 auto;padding:0 24px}
h1,h2,h3,p,ul,ol,dl,figure,table{margin:0;padding:0}
a{color:inherit;text-decoration-color:var(--control);text-underline-offset:2px}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--student);outline-offset:2px}
code,pre{font:12.5px/1.55 var(--mono);overflow-wrap:anywhere}
pre{margin:0;white-space:pre-wrap}
.muted{color:var(--muted)}
.skip{position:absolute;left:-99in}.skip:focus{left:24px;top:8px;background:var(--paper);padding:4px 8px;z-index:2}
header{padding:40px 0 0}
.eyebrow{font-size:13px;color:var(--muted);display:flex;flex-wrap:wrap;gap:0 16px}
.eyebrow b{color:var(--ink)}
h1{font-size:30px;line-height:1.2;font-weight:700;letter-spacing:-.012em;max-width:33em;margin:10px 0 12px;text-wrap:pretty;overflow-wrap:anywhere}
.lead{max-width:46em;font-size:17px;line-height:1.5;overflow-wrap:anywhere}
.caveat{max-width:54em;margin-top:8px;font-size:13px;color:var(--muted)}
.notice{margin:16px 0 0;padding:8px 0 8px 14px;border-left:3px solid var(--failed);max-width:60em;overflow-wrap:anywhere}
.tiles{list-style:none;display:grid;grid-auto-flow:column;grid-template-columns:1.35fr;grid-auto-columns:1fr;margin:28px 0 0;border-top:2px solid var(--ink);border-bottom:1px solid var(--rule)}
.tiles li{padding:12px 20px 14px 0;min-width:0;overflow-wrap:anywhere}
.tiles li+li{padding-left:20px;border-left:1px solid var(--rule)}
.tiles .what{display:block;font-size:13px;color:var(--muted);line-height:1.4}
.tiles .what b{color:var(--student)}
.tiles .value{display:block;font-size:26px;font-weight:700;line-height:1.25;letter-spacing:-.01em;white-space:nowrap}
.tiles .goal .value{font-size:38px;line-height:1.15}
.tiles .pm{font-size:.55em;font-weight:400;color:var(--muted);letter-spacing:0}
.tiles .more{display:block;font-size:12.5px;line-height:1.45;color:var(--muted)}
nav{margin:18px 0 0;font-size:13px}nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px}
nav a{display:inline-block;padding:4px 0}
h2{font-size:13px;font-weight:700;letter-spacing:.06em;text-transform:uppercase;border-top:2px solid var(--ink);padding-top:8px;margin:56px 0 0}
.item{display:grid;grid-template-columns:264px minmax(0,720px);gap:0 40px;padding:20px 0 28px}
.item+.item{border-top:1px solid var(--rule)}
h3{font-size:18px;line-height:1.3;font-weight:700;letter-spacing:-.005em;text-wrap:pretty;margin-bottom:8px;overflow-wrap:anywhere}
.say p{font-size:14px;line-height:1.5;margin:0 0 8px;overflow-wrap:anywhere}
.say .how{font-size:12.5px;line-height:1.5;color:var(--muted)}
.fig{min-width:0;container-type:inline-size}
.fig svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font-family:var(--sans);font-size:12px}
.narrow{display:none!important}
@container (max-width:640px){.wide{display:none!important}.narrow{display:block!important}}
.key{display:flex;flex-wrap:wrap;gap:2px 20px;font-size:13px;margin:0 0 10px;list-style:none;padding:0}
.key li{display:flex;align-items:center;gap:6px;overflow-wrap:anywhere;min-width:0}
.key svg{width:28px!important;height:14px;flex:none}
figcaption{font-size:12.5px;line-height:1.5;color:var(--muted);margin-top:10px;max-width:58em}
details{margin-top:10px;font-size:13px}
summary{cursor:pointer;color:var(--muted);padding:3px 0;width:fit-content;max-width:100%;overflow-wrap:anywhere}
summary:hover{color:var(--ink)}
.scroll{overflow-x:auto;margin-top:6px}
table{border-collapse:collapse;width:100%;font-size:13px;line-height:1.4}
caption{text-align:left;color:var(--muted);font-size:.96em;padding:0 0 6px}
th,td{text-align:left;font-weight:400;padding:4px 14px 4px 0;border-bottom:1px solid var(--rule);vertical-align:baseline}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--muted);font-size:.96em;vertical-align:bottom;border-bottom:1px solid var(--control)}
td.n,th.n{text-align:right;white-space:nowrap}
thead th.n{white-space:normal}
tr.group th{font-size:.85em;letter-spacing:.06em;color:var(--muted);font-weight:600;padding-top:12px}
.notes{list-style:none;margin-top:8px;padding:0;font-size:12.5px;color:var(--muted)}
.failed{color:var(--failed);font-weight:700}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(104px,1fr));gap:16px 12px;list-style:none;padding:0;margin:0}
.pictures li{font-size:11.5px;line-height:1.35;min-width:0;overflow-wrap:anywhere}
.pictures img{display:block;image-rendering:pixelated;margin-bottom:3px}
.pictures b{display:block;font-size:12px}
.done,.said{display:block}
.said::before{display:inline-block;width:11px;margin-right:2px;text-align:center;font-weight:700}
.said.student::before{content:"\\25cf";color:var(--student)}.said.teacher::before{content:"\\25c6";color:var(--teacher)}.said.control::before{content:"\\25cb";color:var(--control)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.strips{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(336px,1fr));gap:16px 24px}
.strips .name{display:block;font-size:12px;font-weight:700;margin-bottom:4px}
.strip{list-style:none;display:grid;grid-template-columns:repeat(5,64px);gap:4px;font-size:11px;line-height:1.35}
.strip li{min-width:0;overflow-wrap:anywhere}
.strip img{display:block;image-rendering:pixelated;width:64px;height:64px;margin-bottom:2px}
h4{font-size:11px;letter-spacing:.06em;text-transform:uppercase;color:var(--muted);font-weight:600;border-top:1px solid var(--rule);margin:20px 0 10px;padding-top:8px}
.key+h4,h4:first-child{margin-top:4px}
.wrong::before{content:"\\00d7  ";font-weight:700;color:var(--failed)}
.picture{display:block;max-width:100%;height:auto}
dl{display:grid;grid-template-columns:fit-content(200px) minmax(0,1fr);gap:4px 20px;font-size:13px;line-height:1.45}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
footer{border-top:2px solid var(--ink);margin:48px 0 40px;padding-top:10px;font-size:12.5px;color:var(--muted)}
@media (max-width:1071px){.item{grid-template-columns:minmax(0,720px);gap:14px 0}.say p{max-width:44em}.page{max-width:768px}.tiles{grid-auto-flow:row;grid-template-columns:repeat(2,1fr)}.tiles li+li{padding-left:0;border-left:0}.tiles li:nth-child(n+3){border-top:1px solid var(--rule)}}
@media (max-width:640px){.page{padding:0 20px}header{padding-top:24px}h1{font-size:23px;line-height:1.22}.lead{font-size:16px}h2{margin-top:44px}nav{display:none}
 .tiles .goal{grid-column:1/-1}.tiles li+li{border-top:1px solid var(--rule)}.tiles .value{font-size:23px;white-space:normal}.tiles .goal .value{font-size:34px}
 th,td{padding-right:8px}dl{grid-template-columns:minmax(0,1fr);gap:0}dd{margin-bottom:8px}}
@page{size:A4;margin:14mm 12mm 16mm}
@media print{body{font-size:9.5pt;background:none}.page{max-width:none;padding:0}nav,.skip,summary{display:none}h1{font-size:17pt}.lead{font-size:11pt}header{padding:0}
 .tiles{margin-top:14px;grid-auto-flow:column;grid-template-columns:1.35fr;grid-auto-columns:1fr}.tiles li{padding:8px 8px 8px 0;border-top:0!important}.tiles li+li{padding-left:10px;border-left:1px solid var(--rule)}.tiles .value{font-size:15pt}.tiles .goal .value{font-size:22pt}
 .item{display:block;padding:10px 0 14px}.say{margin-bottom:8px;break-inside:avoid}.say p{max-width:none;font-size:9.5pt}h2{margin-top:16px}h2,h3,.say{break-after:avoid}.fig>svg,.key,figcaption,tr,.pictures li,.strips>li,.tiles,dl>*{break-inside:avoid}h4{break-after:avoid}.item:has(>.fig>.notice,>.fig>.picture){break-inside:avoid}.key,tr.group{break-after:avoid}thead{display:table-header-group}
 .scroll{overflow:visible}table{font-size:8pt}td.n,th.n{white-space:normal}th,td{padding-right:6px;overflow-wrap:anywhere}details::details-content{content-visibility:visible;display:block;height:auto;opacity:1}a{text-decoration:none}}
`;
