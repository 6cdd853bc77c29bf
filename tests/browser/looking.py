"""How tests look at a page: coloured pixels, points above figures, tooltips."""

# Number of pixels, in all canvases together, that are not of the colour that is most frequent.
COLOURED = """() => {
  let coloured = 0;
  const walk = (node) => {
    for (const element of node.querySelectorAll("*")) {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (element.tagName !== "CANVAS" || !element.width || !element.height) continue;
      const context = element.getContext("2d");
      if (!context) continue;
      const data = context.getImageData(0, 0, element.width, element.height).data;
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] && Math.abs(data[i] - data[i + 1]) + Math.abs(data[i] - data[i + 2]) > 60)
          coloured++;
    }
  };
  walk(document);
  return coloured;
}"""


def point(page, x_value, figure, height=0.5):
    """Point on the screen at a place on the horizontal axis of a figure."""
    x, y, width, tall = page.evaluate(
        f"""(() => {{
            const figure = {figure};
            const find = (view) => {{
              if (view.model === figure) return view;
              for (const child of view.child_views || []) {{
                const found = find(child);
                if (found) return found;
              }}
              return null;
            }};
            const view = [...Bokeh.index.roots].map(find).find((found) => found);
            const box = view.el.getBoundingClientRect();
            const frame = view.frame.bbox;
            return [box.left + frame.left, box.top + frame.top, frame.width, frame.height];
        }})()"""
    )
    start, end = page.evaluate(f"[{figure}.x_range.start, {figure}.x_range.end]")
    return x + width * (x_value - start) / (end - start), y + tall * height


def tooltip(page, text):
    """What a tooltip says, once one that has `text` is there."""
    page.wait_for_function(
        """(text) => {
            const texts = [];
            const walk = (node) => {
              for (const element of node.querySelectorAll("*")) {
                if (element.classList.contains("bk-Tooltip") && element.shadowRoot)
                  texts.push(element.shadowRoot.textContent);
                if (element.shadowRoot) walk(element.shadowRoot);
              }
            };
            walk(document);
            window.tooltips = texts.join("|");
            return window.tooltips.includes(text);
        }""",
        arg=text,
        timeout=10_000,
    )
    return page.evaluate("window.tooltips")
