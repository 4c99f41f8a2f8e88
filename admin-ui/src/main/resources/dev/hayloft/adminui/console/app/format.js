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

/**
 * How long ago, for a week; the date before that.
 *
 * @param {string} rfc3339
 * @param {number} [now] milliseconds since 1970
 */
export function ago(rfc3339, now = Date.now()) {
  const date = new Date(rfc3339);
  const seconds = Math.floor((now - date.getTime()) / 1000);
  if (seconds < -5 || seconds >= 7 * 86400) {
    return date.toLocaleDateString('en-GB', { year: 'numeric', month: 'short', day: '2-digit' });
  }
  if (seconds < 10) {
    return 'just now';
  }
  if (seconds < 60) {
    return `${Math.floor(seconds / 10) * 10} s ago`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ago`;
  }
  return seconds < 86400 ? `${Math.floor(seconds / 3600)} h ago` : `${counted(Math.floor(seconds / 86400), 'day')} ago`;
}

/** The moment itself, with its zone. @param {string} rfc3339 */
export function exactly(rfc3339) {
  return new Date(rfc3339).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'long' });
}

/** A setting as written in `config.yml`, with its unit as everywhere else. @param {string | undefined} value */
export function setting(value) {
  const parts = /^(\d+)(KiB|MiB|GiB|TiB|ms|s|m|h|d)$/.exec(value ?? '');
  if (!parts) {
    return value ?? '–';
  }
  return parts[2] === 'd' ? counted(Number(parts[1]), 'day') : `${number(Number(parts[1]))} ${parts[2] === 'm' ? 'min' : parts[2]}`;
}

/** @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** A word of a command line, quoted where a shell would take it apart. @param {string} word */
export function shellWord(word) {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
