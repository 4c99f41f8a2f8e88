// Calls to the server. Everything the console does goes through here.

/** What the server answers when it does not do what was asked. */
export class Problem extends Error {
  /**
   * @param {number} status 0 when there was no answer at all
   * @param {string} code the contract's name, such as no-such-key
   * @param {string} title
   * @param {string} detail
   * @param {string} instance the request's id, as in the server's log
   */
  constructor(status, code, title, detail, instance) {
    super(detail || title);
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.instance = instance;
  }
}

/** Tells whoever listens that the session is over. */
export const session = new EventTarget();

/** A change needs this header, which pages of other origins cannot set. */
export const OWN_PAGE = { 'X-Hayloft-Csrf': '1' };

/** @param {number} status @param {string} text the body @returns {Problem} */
export function problemOf(status, text) {
  try {
    const document = JSON.parse(text);
    return new Problem(
      status,
      String(document.type ?? '').replace('urn:hayloft:problem:', ''),
      document.title ?? `Status ${status}`,
      document.detail ?? '',
      document.instance ?? '',
    );
  } catch {
    return new Problem(status, 'unexpected', `The server answered ${status}`, text.slice(0, 300), '');
  }
}

/** @returns {Problem} */
export function unreachable() {
  return new Problem(
    0,
    'unreachable',
    'The server does not answer',
    'It may be stopped or restarting. The console asks again by itself; on the server, look at its log on standard error.',
    '',
  );
}

/**
 * One call.
 *
 * @param {string} method
 * @param {string} path
 * @param {{ json?: unknown, body?: BodyInit, headers?: Record<string, string>, signal?: AbortSignal }} [options]
 * @returns {Promise<Response>} with a status of 2xx
 */
export async function send(method, path, options = {}) {
  /** @type {Record<string, string>} */
  const headers = { ...OWN_PAGE, ...options.headers };
  let body = options.body;
  if (options.json !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(options.json);
  }
  let response;
  try {
    response = await fetch(path, { method, headers, body, signal: options.signal, credentials: 'same-origin', cache: 'no-store' });
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === 'AbortError') {
      throw failure;
    }
    throw unreachable();
  }
  if (!response.ok) {
    const problem = problemOf(response.status, await response.text());
    if (response.status === 401) {
      session.dispatchEvent(new Event('over'));
    }
    throw problem;
  }
  return response;
}

/**
 * A call that answers JSON.
 *
 * @param {string} method
 * @param {string} path
 * @param {{ json?: unknown, headers?: Record<string, string>, signal?: AbortSignal }} [options]
 * @returns {Promise<any>}
 */
export async function call(method, path, options) {
  const response = await send(method, path, options);
  return response.status === 204 ? null : response.json();
}

/** @param {string} path @param {AbortSignal} [signal] @returns {Promise<any>} */
export function get(path, signal) {
  return call('GET', path, { signal });
}

/** @param {string} bucket */
export function bucketPath(bucket) {
  return `/v1/buckets/${encodeURIComponent(bucket)}`;
}

/** A key in a path: each of its slashes stays one. @param {string} bucket @param {string} key */
export function objectPath(bucket, key) {
  // A browser folds "." and ".." between slashes; with those slashes encoded the key arrives as it is.
  const dots = key.split('/').some((part) => part === '.' || part === '..');
  const encoded = encodeURIComponent(key);
  return `${bucketPath(bucket)}/objects/${dots ? encoded : encoded.replaceAll('%2F', '/')}`;
}

/**
 * Stores a file, telling how far it is.
 *
 * @param {string} path
 * @param {Blob} file
 * @param {string} type
 * @param {(sent: number) => void} progress
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function upload(path, file, type, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // Fetch does not tell how much of a body has been sent.
    request.open('PUT', path);
    request.setRequestHeader('X-Hayloft-Csrf', '1');
    request.setRequestHeader('Content-Type', type || 'application/octet-stream');
    request.upload.addEventListener('progress', (event) => progress(event.loaded));
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) {
        resolve();
      } else {
        if (request.status === 401) {
          session.dispatchEvent(new Event('over'));
        }
        reject(problemOf(request.status, request.responseText));
      }
    });
    request.addEventListener('error', () => reject(unreachable()));
    request.addEventListener('abort', () => reject(new Problem(0, 'cancelled', 'Cancelled', 'Nothing was stored.', '')));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
