// Fits the vertical ranges to what the shared horizontal range shows.
// Arguments: x (the horizontal range) and panels, each {range, source, low, high, keep}: names of
// the columns that bound it, and values that stay in view.
const fit = () => {
  x.hindcaster_waits = false;
  const from = Math.floor(Math.min(x.start, x.end));
  const to = Math.ceil(Math.max(x.start, x.end));
  for (const panel of panels) {
    const data = panel.source.data;
    const at = data.index;
    let low = Infinity;
    let high = -Infinity;
    for (const [names, upper] of [[panel.low, false], [panel.high, true]]) {
      for (const name of names) {
        const values = data[name];
        for (let i = 0; i < at.length; i++) {
          if (at[i] < from || at[i] > to) continue;
          const value = values[i];
          if (!Number.isFinite(value)) continue;
          if (upper) { if (value > high) high = value; }
          else if (value < low) low = value;
        }
      }
    }
    if (!(low <= high)) continue;
    for (const value of panel.keep) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const room = high > low ? (high - low) * panel.room : Math.abs(high) * 0.05 || 1;
    const bottom = panel.keep.includes(low) && !panel.both ? low : low - room;
    panel.range.setv({start: bottom, end: high + room});
  }
};
// A zoom sets the start and then the end; one fit per frame does for both.
if (!x.hindcaster_waits) {
  x.hindcaster_waits = true;
  requestAnimationFrame(fit);
}
