"""The style of the report's page: for a screen, a tablet and paper."""

STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{font:15px/1.5 system-ui,"Noto Sans",Arial,sans-serif;color:#1b2733;background:#fff;margin:0 auto;
max-width:1200px;padding:16px 24px}
h1{font-size:1.7em;margin:.4em 0}h2{font-size:1.3em;border-bottom:2px solid #1f4e78;margin:1.8em 0 .6em}
h3{font-size:1.05em;margin:1.2em 0 .3em}a{color:#0b57a4}
nav{display:flex;gap:18px;flex-wrap:wrap;margin:12px 0}
label{margin-right:16px;cursor:pointer}
#vi:checked~main [lang=en],#en:checked~main [lang=vi]{display:none}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px}
.tile{border:1px solid #c9d3dd;border-radius:8px;padding:10px 14px}.tile b{display:block;font-size:1.6em}
.chart{width:100%;max-width:760px;height:auto;display:block}.map{width:100%;max-width:700px;max-height:900px;display:block;stroke-width:.6}
.chart text{font-size:12px;fill:#1b2733}
.chart a text{fill:#0b57a4;text-decoration:underline}
.legend span{margin-right:18px;white-space:nowrap}.legend>span>i{display:inline-block;width:12px;height:12px;
margin-right:6px;border-radius:2px}
.legend span span{margin-right:0}
figure{margin:12px 0}figcaption{font-weight:600;margin-bottom:4px}
.left,.about{color:#46525e}.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9em}th,td{border:1px solid #d5dde5;padding:4px 8px;
text-align:left;vertical-align:top}th{background:#eef3f8;position:sticky;top:0}.n{text-align:right;
white-space:nowrap;font-variant-numeric:tabular-nums}
th.n{white-space:normal}
.proof{border-left:3px solid #c9d3dd;padding:2px 12px;margin:10px 0;overflow-wrap:anywhere}
.proof:target,span:target{background:#fff4cc;outline:2px solid #b25d00}
.proof p,.proof ul,blockquote{margin:4px 0}blockquote{padding-left:12px;color:#2c3946}
summary{cursor:pointer;color:#0b57a4}
:focus-visible{outline:3px solid #b25d00;outline-offset:2px}
@media(max-width:800px){body{padding:10px 12px;font-size:14px}}
@media print{body{max-width:none;font-size:10px}nav,input,label{display:none}.wide{overflow:visible}
tr,figure,.proof{break-inside:avoid}a{color:inherit}th{position:static}}
"""
