/** Style of the printable packet: system fonts, dark on white, fit for paper and for a telephone. */
export const style = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #16202b; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid #c3ccd6; break-after: avoid; }
p { margin: .25rem 0 .5rem; overflow-wrap: anywhere; }
dl { margin: 0; }
dl > div { display: grid; grid-template-columns: 16rem 1fr; gap: 0 1.5rem; padding: .375rem 0; border-bottom: 1px solid #e6ebf0; break-inside: avoid; }
dt { grid-row: 1 / span 20; color: #43515f; overflow-wrap: anywhere; }
dd { grid-column: 2; margin: 0; min-width: 0; overflow-wrap: anywhere; }
code { font: .9em/1.5 ui-monospace, monospace; background: #f1f4f7; padding: .1em .3em; border-radius: .2em; overflow-wrap: anywhere; white-space: pre-wrap; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
a { color: #0b57a4; overflow-wrap: anywhere; }
ol { margin: 0; padding-left: 1.5rem; }
li { padding: .375rem 0; break-inside: avoid; }
li p { margin: .125rem 0; }
.remark { color: #43515f; }
@media (max-width: 40rem) {
  main { padding: 1.25rem 1rem; }
  dl > div { display: block; }
  dt { font-size: .875rem; }
}
@media print {
  main { max-width: none; padding: 0; }
  code { background: none; padding: 0; }
  a { color: inherit; }
}
`;
