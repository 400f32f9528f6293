"""How the page of the report looks, by day and by night."""

STYLE = """
:root { color-scheme: light dark; --line: #8883; --soft: #8881; --good: #1a7f37; --bad: #cf222e; --none: #77808c;
  --mouth: #d1495b; --sound: #3d7ea6; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72; --none: #9aa4b0; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 66rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } td, th { padding: .35rem .6rem;
  text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; } td:first-child { width: 12rem; } th.number, .number { text-align: right; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; } .id { color: var(--none); margin-top: 0; }
.method { color: var(--none); font-size: .85rem; } .hash { font: .85rem ui-monospace, monospace; }
.good, .bad, .none { font-weight: 600; } .good { color: var(--good); } .bad { color: var(--bad); }
.none { color: var(--none); } .verdict { font-size: 1.1rem; } .said { margin: .5rem 0 0; font-size: .9rem; }
td.name, td.change { white-space: nowrap; } td.method { min-width: 13rem; } td.bad { min-width: 14rem; }
.note { border-left: 4px solid #d9a400; background: var(--soft); padding: .5rem .8rem; margin: 1rem 0; }
.stage { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; margin-top: 1rem; }
.stage > video { width: 24rem; max-width: 100%; border-radius: 8px; background: #000; }
.stage > div { flex: 1 1 22rem; min-width: 0; } .stage h2 { margin-top: 0; }
.strip { display: grid; grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr)); gap: .5rem; }
.strip figure { margin: 0; } .strip img { width: 100%; border-radius: 4px; display: block; }
figcaption { color: var(--none); font-size: .8rem; text-align: center; }
svg { width: 100%; height: auto; display: block; } svg text { font-size: 11px; fill: var(--none); }
.key { font-size: .85rem; margin: .3rem 0 0; } .key i { display: inline-block; width: 1.4em; height: .25em;
  vertical-align: middle; margin: 0 .4em 0 0; } .key span { margin-right: 1.2em; }
"""
