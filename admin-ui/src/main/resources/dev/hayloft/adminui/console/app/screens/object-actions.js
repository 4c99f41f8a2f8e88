// What is done to one object from its panel. Each asks first and answers what the server said; undefined when not done.

import { html } from 'lit';
import { ask } from '../ask.js';
import { call, objectPath, send } from '../api.js';
import { shellWord } from '../format.js';

/** @param {FormData} form @param {string} name */
function text(form, name) {
  return String(form.get(name) ?? '');
}

/** What a dialog says metadata is to be: a line for each, NAME=VALUE. @param {FormData} form */
function typed(form) {
  /** @type {Record<string, string>} */
  const metadata = {};
  for (const line of text(form, 'metadata').split('\n')) {
    const equals = line.indexOf('=');
    const name = (equals < 0 ? line : line.slice(0, equals)).trim().toLowerCase();
    if (name !== '') {
      metadata[name] = equals < 0 ? '' : line.slice(equals + 1).trim();
    }
  }
  return metadata;
}

/** A merge patch from what is there to what is typed. @param {any} entry @param {FormData} form */
function patch(entry, form) {
  const before = entry.metadata ?? {};
  const after = typed(form);
  /** @type {Record<string, string | null>} */
  const metadata = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (before[name] !== after[name]) {
      metadata[name] = after[name] ?? null;
    }
  }
  const type = text(form, 'contentType').trim();
  return { metadata, ...(type === (entry.contentType ?? '') ? {} : { contentType: type === '' ? null : type }) };
}

/** @param {string} bucket @param {any} entry @returns {Promise<any>} */
export function changeMetadata(bucket, entry) {
  return ask({
    title: `Metadata of ${entry.key}`,
    text: 'The content stays as it is; the object gets a new version number.',
    label: 'Save',
    fields: html`<label class="field">Content type<input name="contentType" .defaultValue=${entry.contentType ?? ''} autocomplete="off" spellcheck="false" autofocus></label>
      <label class="field">Metadata<textarea name="metadata" rows="5" spellcheck="false" aria-describedby="hint-metadata"
        .defaultValue=${Object.entries(entry.metadata ?? {}).map(([name, value]) => `${name}=${value}`).join('\n')}></textarea>
        <small id="hint-metadata">A line for each: <code>author=Ann</code>. Names are a–z, 0–9, underscore, dot and hyphen. A line taken away removes it.</small></label>`,
    command: (form) => {
      const change = patch(entry, form);
      const type = change.contentType === undefined ? '' : ` --content-type ${shellWord(change.contentType ?? 'application/octet-stream')}`;
      const words = Object.entries(change.metadata).map(([name, value]) => ` ${shellWord(`${name}=${value ?? ''}`)}`);
      return `bin/hayloft meta ${shellWord(`${bucket}/${entry.key}`)}${words.join('') || (type ? '' : ' …')}${type}`;
    },
    run: (form) => call('PATCH', objectPath(bucket, entry.key), { json: patch(entry, form) }),
  });
}

/** @param {string} bucket @param {any} entry @returns {Promise<any>} */
export function renameObject(bucket, entry) {
  return ask({
    title: `Rename ${entry.key}`,
    text: 'Content, metadata and versions move in one step.',
    label: 'Rename',
    fields: html`<label class="field">New key<input name="to" .defaultValue=${entry.key} required maxlength="1024"
        autocomplete="off" spellcheck="false" autofocus></label>
      <label class="field flag">Replace what is there<input type="checkbox" name="overwrite"></label>`,
    command: (form) =>
      `bin/hayloft mv ${form.has('overwrite') ? '' : '-n '}${shellWord(`${bucket}/${entry.key}`)} ${shellWord(`${bucket}/${text(form, 'to')}`)}`,
    run: (form) => {
      const query = new URLSearchParams({ op: 'rename', to: text(form, 'to'), overwrite: String(form.has('overwrite')) });
      return call('POST', `${objectPath(bucket, entry.key)}?${query}`);
    },
  });
}

/** @param {string} bucket @param {any} entry @returns {Promise<any>} what was made, as bucket/key */
export function copyObject(bucket, entry) {
  return ask({
    title: `Copy ${entry.key}`,
    label: 'Copy',
    fields: html`<label class="field">To, as bucket/key<input name="to" .defaultValue=${`${bucket}/${entry.key}`} required
        autocomplete="off" spellcheck="false" autofocus></label>
      <label class="field flag">Replace what is there<input type="checkbox" name="overwrite"></label>`,
    command: (form) =>
      `bin/hayloft cp ${form.has('overwrite') ? '' : '-n '}${shellWord(`${bucket}/${entry.key}`)} ${shellWord(text(form, 'to'))}`,
    run: async (form) => {
      const query = new URLSearchParams({ op: 'copy', to: text(form, 'to'), overwrite: String(form.has('overwrite')) });
      await send('POST', `${objectPath(bucket, entry.key)}?${query}`);
      return text(form, 'to');
    },
  });
}

/** @param {string} bucket @param {any} entry @param {any} version @returns {Promise<any>} */
export function removeVersion(bucket, entry, version) {
  return ask({
    title: version.deleted ? 'Take the delete marker away' : 'Delete this version',
    text: version.deleted ? 'The version below it becomes the object again.' : 'There is no way back for this version.',
    label: version.deleted ? 'Bring back' : 'Delete version',
    danger: !version.deleted,
    command: () => `bin/hayloft rm --version ${version.version} ${shellWord(`${bucket}/${entry.key}`)}`,
    run: () => send('DELETE', `${objectPath(bucket, entry.key)}?version=${version.version}`),
  });
}
