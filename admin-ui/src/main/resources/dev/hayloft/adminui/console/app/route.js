// Addresses within the console: #/buckets/photos?prefix=2026/

/**
 * @typedef {object} Route
 * @property {string[]} parts
 * @property {URLSearchParams} query
 */

/** @returns {Route} */
export function current() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const parts = path.split('/').filter((part) => part !== '').map(decode);
  return { parts: parts.length === 0 ? ['overview'] : parts, query: new URLSearchParams(query ?? '') };
}

/** @param {string} part */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * @param {string[]} parts
 * @param {Record<string, string>} [query] empty values are left out
 */
export function to(parts, query = {}) {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  const tail = search.toString();
  return `#/${parts.map(encodeURIComponent).join('/')}${tail ? `?${tail}` : ''}`;
}
