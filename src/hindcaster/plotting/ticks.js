// Labels bar numbers with their dates (times) or their labels (labels).
const at = Math.round(tick);
if (Math.abs(tick - at) > 1e-6) return "";
if (times == null) return at >= 0 && at < labels.length ? labels[at] : "";
if (at < 0 || at >= times.length) return "";
const inside = ticks.map(Math.round).filter((i) => i >= 0 && i < times.length);
const step = inside.length > 1
  ? (times[inside[inside.length - 1]] - times[inside[0]]) / (inside.length - 1)
  : Infinity;
const day = 86400000;
const date = new Date(times[at]);
const two = (number) => String(number).padStart(2, "0");
const year = date.getUTCFullYear();
const month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun",
               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][date.getUTCMonth()];
const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
if (step > 1500 * day) return `${year}`;
if (step > 27 * day && step < Infinity) return `${month} ${year}`;
if (whole_days) return `${date.getUTCDate()} ${month} ${year}`;
if (step > day) return `${date.getUTCDate()} ${month} ${year}`;
if (step < 60000) return `${clock}:${two(date.getUTCSeconds())}`;
return `${date.getUTCDate()} ${month} ${clock}`;
