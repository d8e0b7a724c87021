/** The page's whole look. Nothing is loaded; the fonts are the reader's own. */
export const style = `
:root{color-scheme:light dark;--bg:#fafaf8;--card:#fff;--ink:#1d2126;--soft:#5b636d;--line:#e2e3df;--good:#0b6b57;--good-bg:#e4f2ed;
--look:#8a5800;--look-bg:#fdf1d8;--bad:#b3261e;--bad-bg:#fcebe9;--busy:#1f5fbf;--busy-bg:#e6eefb;--on:#fff;--field:#8b929b}
@media (prefers-color-scheme:dark){:root{--bg:#14171a;--card:#1b1f23;--ink:#e6e8ea;--soft:#9aa3ad;--line:#2c3238;--good:#5fc9ad;--good-bg:#12302a;
--look:#f0b64f;--look-bg:#36290f;--bad:#ff8d82;--bad-bg:#3d1b19;--busy:#86b3ff;--busy-bg:#18294a;--on:#14171a;--field:#6d7680}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
header,main,footer{max-width:74rem;margin:0 auto;padding:0 1.5rem}
header{display:flex;justify-content:space-between;gap:1rem;padding-top:1.25rem;color:var(--soft);font-size:.867rem}
header b{color:var(--ink);letter-spacing:.01em}
nav b a{color:inherit;text-decoration:none}nav b a:hover{text-decoration:underline}
footer{padding-top:1rem;padding-bottom:3rem;color:var(--soft);font-size:.867rem}
a{color:var(--busy)}
h1{margin:0;font-size:1.75rem;line-height:1.2;font-weight:600;letter-spacing:-.015em;text-wrap:balance}
h2{margin:0;font-size:1.05rem;font-weight:600}
h3{margin:0;font-size:1rem;font-weight:400}
p{margin:.4rem 0}
small{display:block;color:var(--soft);font-size:.8rem;line-height:1.4}
b{font-weight:600}
i{color:var(--soft)}
.verdict{display:flex;gap:1rem;align-items:flex-start;margin:1rem 0 2rem;padding:1.4rem 1.5rem;border-radius:.75rem;border:1px solid;background:var(--t-bg);border-color:color-mix(in srgb,var(--t) 35%,transparent)}
.verdict .i{width:2.1rem;height:2.1rem;flex:none}
.verdict ul{margin:.35rem 0 0;padding:0;list-style:none}
.good{--t:var(--good);--t-bg:var(--good-bg)}.look{--t:var(--look);--t-bg:var(--look-bg)}.bad{--t:var(--bad);--t-bg:var(--bad-bg)}.busy{--t:var(--busy);--t-bg:var(--busy-bg)}.quiet{--t:var(--soft);--t-bg:transparent}
p.quiet,span.quiet{color:var(--soft)}
.i{width:1rem;height:1rem;color:var(--t);vertical-align:-.16em}
symbol circle,symbol .f{fill:currentColor}
symbol path{fill:none;stroke:var(--on);stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}
symbol .f{stroke:none}
symbol .o{fill:none;stroke:currentColor;stroke-width:1.6}
.b{display:inline-flex;align-items:center;gap:.35rem;color:var(--t);font-weight:600;font-size:.867rem;white-space:nowrap;vertical-align:bottom}
section,.block{margin:0 0 2rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.35rem 1.25rem;margin-top:.6rem}
.line{display:flex;justify-content:space-between;align-items:center;gap:1rem;min-height:2.2rem}
code,.id{font:.8rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.acts{display:flex;flex-wrap:wrap;gap:.5rem;margin:-1rem 0 1.5rem}.acts:empty{display:none}
.facts-list{display:grid;grid-template-columns:1fr 1fr;gap:0 2.5rem;margin:0}
.facts-list div{display:grid;grid-template-columns:8rem 1fr;gap:.75rem;padding:.5rem 0;border-top:1px solid var(--line)}
.facts-list div:nth-child(-n+2){border:0}
dt{color:var(--soft);font-size:.867rem}dd{margin:0;overflow-wrap:anywhere}
th b a{color:inherit;text-decoration-color:var(--field)}
.settings{display:block}.settings div{grid-template-columns:minmax(14rem,20rem) 1fr}.settings div:nth-child(2){border-top:1px solid var(--line)}
.numbers{display:flex;flex-wrap:wrap;gap:.5rem 2.5rem;margin:.6rem 0}.numbers dd{font-size:1.35rem;font-weight:600;line-height:1.3}
ul.notes{padding-left:2.25rem;padding-top:.6rem;padding-bottom:.6rem}.notes .why{max-width:none}
.slices th{max-width:26rem}
.count{display:inline-block;min-width:1.6rem;padding:0 .45rem;margin-left:.3rem;border-radius:1rem;background:var(--look-bg);color:var(--look);font-size:.867rem;text-align:center}
table{width:100%;border-collapse:collapse}
th,td{padding:.6rem .75rem;text-align:left;vertical-align:top;font-weight:400;border-top:1px solid var(--line)}
th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
thead th{border:0;color:var(--soft);font-size:.8rem;padding-bottom:.35rem;white-space:nowrap}
tbody:first-of-type tr:first-child>*{border-top-color:var(--line)}
.n{text-align:right}
td time,td .b{white-space:nowrap}
.why{color:var(--ink);max-width:34rem;overflow-wrap:anywhere}
td .why{margin-top:.2rem}
.spark{display:block;overflow:visible}
.spark path{fill:none;stroke:var(--t);stroke-width:3.4}
.spark .axis{stroke:var(--line);stroke-width:1}
ul.open,ul.rows{list-style:none;margin-bottom:0}
.open li{padding:.7rem 0}
.open li+li,.rows li{border-top:1px solid var(--line)}
.facts{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;margin:.3rem 0 0;color:var(--soft);font-size:.867rem}
progress{appearance:none;display:block;width:100%;height:.5rem;border:0;border-radius:.25rem;overflow:hidden;background:var(--busy-bg);color:var(--busy)}
progress::-webkit-progress-bar{background:var(--busy-bg)}
progress::-webkit-progress-value{background:var(--busy);border-radius:.25rem;transition:width .6s}
progress::-moz-progress-bar{background:var(--busy)}
.rows li{display:grid;grid-template-columns:minmax(9rem,14rem) 1fr auto auto;gap:.25rem 1.25rem;padding:.6rem 0;align-items:start}
.rows li:first-child{border:0}
.rows time{color:var(--soft);white-space:nowrap}
button{font:inherit;font-size:.867rem;line-height:1.4;padding:.25rem .8rem;border:1px solid var(--field);border-radius:.4rem;background:var(--card);color:var(--ink);cursor:pointer}
button:hover{border-color:var(--ink)}
button.main{background:var(--busy);border-color:var(--busy);color:var(--on);font-weight:600;padding:.45rem 1.3rem}
button[disabled]{opacity:.55;cursor:default}
.rows button,.line button{margin:-.1rem 0}
form{display:grid;grid-template-columns:repeat(6,1fr);gap:.9rem 1rem;padding:1.1rem 0}
form.filter{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end;padding:1rem 0 0}.filter label{flex:1 1 8rem;max-width:14rem}.filter button{height:2.35rem}
label{display:block;font-size:.8rem;color:var(--soft)}
form .wide{grid-column:span 2}form .all{grid-column:1/-1;display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center}
label.tick{display:flex;gap:.5rem;align-items:center;color:var(--ink);font-size:.933rem}
.tick input{width:1.05rem;height:1.05rem;margin:0;accent-color:var(--busy)}
select,input:not([type=checkbox]){font:inherit;width:100%;height:2.35rem;margin-top:.2rem;padding:0 .6rem;border:1px solid var(--field);border-radius:.4rem;background:var(--bg);color:var(--ink)}
[aria-invalid=true]{border-color:var(--bad)!important;outline:1px solid var(--bad)}
:focus-visible{outline:3px solid var(--busy);outline-offset:2px}
.said{margin:0;font-size:.933rem}
.said:empty{display:none}
.said.bad{color:var(--bad)}
article{border-top:1px solid var(--line);padding:.8rem 0}
article .facts{justify-content:flex-start}
.changes td{overflow-wrap:anywhere}
#banner{position:sticky;top:0;z-index:1;background:var(--bad);color:var(--on);padding:.6rem 1.5rem;text-align:center;font-weight:600}
#banner[hidden]{display:none}
.stale main{opacity:.6}
.act,.js-only{display:none}
.js .no-js{display:none}.js .act{display:inline-block}.js .js-only{display:block}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem}
@media (max-width:52rem){
header,main,footer{padding-left:1rem;padding-right:1rem}
h1{font-size:1.4rem}
.verdict{padding:1.1rem;margin-bottom:1.5rem}
.card{padding:.2rem 1rem}
table,tbody{display:block}thead{position:absolute;left:-99rem}
tr{display:flex;flex-wrap:wrap;gap:.1rem 1rem;align-items:baseline;padding:.7rem 0;border-top:1px solid var(--line)}
tbody:first-of-type tr:first-child{border:0}
td,tbody th{border:0;padding:0;text-align:left}
tbody th{flex:1 1 55%;order:-2}tbody th small{display:inline-block;margin-left:.5rem}
td[data-l=State]{order:-1}td[data-l=State]:has(.why){flex-basis:100%}
td[data-l]:not([data-l=State],[data-l=Change])::before{content:attr(data-l) " ";color:var(--soft);font-size:.8rem}
td small{display:inline;margin-left:.4rem}td small.why{display:block;margin-left:0}
td[data-l="Last run"],td[data-l="Last 30 runs"],td[data-l="Next run"],.changes td{flex-basis:100%}
.spark{max-width:100%;margin:.3rem 0}
.rows li{grid-template-columns:1fr auto}.rows .why{grid-column:1/-1;grid-row:2}.rows button{grid-row:3;grid-column:1/-1;justify-self:start;margin-top:.3rem}
.facts-list{display:block}.facts-list div:nth-child(2){border-top:1px solid var(--line)}.facts-list div{grid-template-columns:6.5rem 1fr}.numbers{gap:.5rem 1.5rem}.settings div{display:block}
.slices th{max-width:none}
td a.id{display:block}.filter label{flex-basis:40%;max-width:none}
form{grid-template-columns:1fr 1fr}form .wide{grid-column:1/-1}
button{min-height:2.4rem}}
@media (prefers-reduced-motion:reduce){progress::-webkit-progress-value{transition:none}}
`;
