// Figures as people read them: every one with its unit. Pure functions.

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/**
 * @param {number} value
 * @param {number} [digits] at most this many behind the point
 */
export function number(value, digits = 0) {
  return digits === 0 ? whole.format(value) : new Intl.NumberFormat('en', { maximumFractionDigits: digits }).format(value);
}

/** Three digits that matter, no more. @param {number} value */
function short(value) {
  return number(value, value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

/** @param {number | null | undefined} value */
export function bytes(value) {
  if (value === null || value === undefined) {
    return '–';
  }
  let unit = 0;
  let rest = value;
  while (Math.abs(rest) >= 1024 && unit < BYTE_UNITS.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${unit === 0 ? number(rest) : short(rest)} ${BYTE_UNITS[unit]}`;
}

/** @param {number} value bytes a second */
export function byteRate(value) {
  return `${bytes(Math.round(value))}/s`;
}

/** @param {number} value @param {string} [what] */
export function rate(value, what = '') {
  return `${short(value)}${what ? ` ${what}` : ''}/s`;
}

/** @param {number} micros */
export function micros(micros) {
  if (micros < 1000) {
    return `${number(micros)} µs`;
  }
  return micros < 1_000_000 ? `${short(micros / 1000)} ms` : `${short(micros / 1_000_000)} s`;
}

/** @param {number} ratio 0 to 1 */
export function percent(ratio) {
  return `${number(ratio * 100, ratio > 0 && ratio < 0.1 ? 1 : 0)} %`;
}

/** @param {number} seconds */
export function duration(seconds) {
  const total = Math.max(0, Math.floor(seconds));
  const days = Math.floor(total / 86400);
  const hours = Math.floor((total % 86400) / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  if (days > 0) {
    return `${days} d ${hours} h`;
  }
  if (hours > 0) {
    return `${hours} h ${minutes} min`;
  }
  return minutes > 0 ? `${minutes} min ${total % 60} s` : `${total} s`;
}

/** A time of day for today, the date before; the whole of it stands in the title. @param {string | null} rfc3339 */
export function time(rfc3339) {
  if (!rfc3339) {
    return '–';
  }
  const date = new Date(rfc3339);
  const today = new Date().toDateString() === date.toDateString();
  return today
    ? date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
    : date.toLocaleString('en-GB', { year: 'numeric', month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit' });
}

/** @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** A word of a command line, quoted where a shell would take it apart. @param {string} word */
export function shellWord(word) {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
