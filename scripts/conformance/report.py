"""Opens reports in a browser and fails if one is not fit to be shown.

    report.py BROWSER FOLDER REPORT.html ...

For each report, width and colour scheme: the page must not be wider than the
window, with every <details> open; no element may stick out but inside a box that
scrolls; the console must be silent; nothing may be asked of the network; charts
must have text of a readable size; and every text must contrast with what is
behind it by 4.5 (WCAG 2.2, 1.4.3). Pictures and a PDF are left in FOLDER.
"""

import pathlib
import sys

from playwright.sync_api import Error, sync_playwright
from skips import skip_part

WIDTHS = (320, 360, 768, 1024, 1440)
PICTURED = (360, 1440)
SCHEMES = ("light", "dark")

OVERFLOW = """() => {
  const out = [];
  for (const e of document.querySelectorAll('body *')) {
    const right = e.getBoundingClientRect().right;
    if (right > innerWidth + 1 && !e.closest('.scroll') && !e.closest('svg') && !e.closest('.skip'))
      out.push(`${e.tagName} sticks out to ${Math.round(right)}: ${e.textContent.trim().slice(0, 40)}`);
  }
  const width = document.scrollingElement.scrollWidth;
  if (width > innerWidth) out.push(`the page is ${width} pixels wide`);
  return out.slice(0, 5);
}"""

# The size at which text of the chart that is shown is drawn.
SMALL_TEXT = """() => {
  const out = [];
  for (const svg of document.querySelectorAll('svg[role=img]')) {
    const shown = svg.getBoundingClientRect().width;
    if (shown === 0) continue;
    const text = svg.querySelector('text');
    if (!text) continue;
    const size = parseFloat(getComputedStyle(text).fontSize) * shown / svg.viewBox.baseVal.width;
    if (size < 9) out.push(`the text of ${svg.querySelector('title').textContent} is drawn at ${size.toFixed(1)} pixels`);
  }
  return out.slice(0, 5);
}"""

# Colours are computed by the browser; the background is the nearest one that is
# not transparent.
CONTRAST = """() => {
  const parse = s => { const m = s.match(/[\\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m.slice(0, 3); };
  const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c) return c; } return [255, 255, 255]; };
  const out = new Map();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const e = n.parentElement;
    if (!n.textContent.trim() || e.closest('title, desc, style')) continue;
    const style = getComputedStyle(e);
    const ink = parse(e.closest('svg') ? style.fill : style.color);
    if (!ink) continue;
    const [a, b] = [light(ink), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) out.set(`${e.tagName}.${e.className.baseVal ?? e.className}`, `${ratio.toFixed(2)}: ${n.textContent.trim().slice(0, 30)}`);
  }
  return [...out].slice(0, 5).map(([k, v]) => `contrast of ${k} is ${v}`);
}"""


def look(browser, report, folder, width, scheme):
    """Returns what is wrong with a report at a width in a colour scheme."""
    wrong = []
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.on("console", lambda m: wrong.append(f"the console says {m.text[:200]}"))
    page.on("pageerror", lambda e: wrong.append(f"an error: {e}"))
    page.on("request", lambda r: r.url.startswith("data:") or r.url == report.as_uri() or wrong.append(f"it asks for {r.url[:80]}"))
    page.goto(report.as_uri())
    wrong += page.evaluate(SMALL_TEXT)
    if width in PICTURED:
        page.screenshot(path=folder / f"{report.stem}-{scheme}-{width}.png", full_page=True)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    wrong += page.evaluate(OVERFLOW) + page.evaluate(CONTRAST)
    page.close()
    return [f"{report.name}, {scheme}, {width} pixels: {w}" for w in wrong]


def paper(browser, report, folder):
    """Prints a report."""
    page = browser.new_page(color_scheme="dark")
    page.goto(report.as_uri())
    page.pdf(path=folder / f"{report.stem}.pdf", format="A4", prefer_css_page_size=True)
    page.close()


def main():
    executable, folder, reports = sys.argv[1], pathlib.Path(sys.argv[2]), [pathlib.Path(p).resolve() for p in sys.argv[3:]]
    wrong = []
    with sync_playwright() as p:
        try:
            browser = p.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        except Error as e:
            skip_part("browser", f"{executable} does not start: {str(e).splitlines()[0]}")
            return
        for report in reports:
            for width in WIDTHS:
                for scheme in SCHEMES:
                    wrong += look(browser, report, folder, width, scheme)
            paper(browser, report, folder)
        version = browser.version
        browser.close()
    for w in wrong:
        print(w)
    if wrong:
        sys.exit(1)
    print(f"{len(reports)} reports look right in Chromium {version} at {', '.join(map(str, WIDTHS))} pixels, in light and dark; pictures are in {folder}")


main()
