// Shows a wall-clock time; days only where all bars start at midnight.
const date = new Date(value);
const two = (number) => String(number).padStart(2, "0");
const day = `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
const name = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][date.getUTCDay()];
if (whole_days) return `${name} ${day}`;
const seconds = date.getUTCSeconds() ? `:${two(date.getUTCSeconds())}` : "";
return `${name} ${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}${seconds}`;
