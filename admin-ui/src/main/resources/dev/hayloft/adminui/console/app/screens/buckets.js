import { html, nothing } from 'lit';
import { ask, say } from '../ask.js';
import { Problem, bucketPath, call, get, send } from '../api.js';
import { bytes, duration, number, shellWord } from '../format.js';
import { command, empty, heading, moment, problemBox, table } from '../parts.js';
import { to } from '../route.js';
import { Reloading, Screen } from '../screen.js';

/**
 * The settings of a bucket, as fields of a form and as words of a command.
 *
 * @type {{ name: string, label: string, kind: 'choice' | 'number' | 'flag' | 'text' | 'json', choices?: string[], hint: string }[]}
 */
const SETTINGS = [
  { name: 'versioning', label: 'Versioning', kind: 'choice', choices: ['off', 'on'], hint: 'Keeps what is replaced or deleted.' },
  { name: 'maxVersions', label: 'Versions kept at most', kind: 'number', hint: 'Empty: all of them.' },
  { name: 'compression', label: 'Compression', kind: 'text', hint: 'auto, none, zstd, zstd:1 … zstd:22 or zlib.' },
  { name: 'deduplicate', label: 'Store equal content once', kind: 'flag', hint: 'Costs a look-up for each write.' },
  { name: 'encrypt', label: 'Encrypt content', kind: 'flag', hint: 'Needs the master key of the server.' },
  { name: 'ttl', label: 'Objects live for, in seconds', kind: 'number', hint: 'Empty: until they are deleted.' },
  { name: 'durability', label: 'A write is acknowledged from', kind: 'choice', choices: ['disk', 'memory'], hint: 'disk survives a power cut, memory a killed process.' },
  { name: 'quotaBytes', label: 'Most bytes', kind: 'number', hint: 'Empty: no bound.' },
  { name: 'quotaObjects', label: 'Most objects', kind: 'number', hint: 'Empty: no bound.' },
  { name: 'readOnly', label: 'Read only', kind: 'flag', hint: 'Refuses every change of content.' },
  { name: 'cors', label: 'Pages of other origins (CORS)', kind: 'json', hint: 'Rules as JSON, such as [{"origins":["https://app.example"],"methods":["GET"]}]. Empty: none.' },
];

/** @param {any} settings */
function fields(settings) {
  return html`<div class="form">
    ${SETTINGS.map((setting) => {
      const value = settings[setting.name];
      const hint = `hint-${setting.name}`;
      const input =
        setting.kind === 'choice'
          ? html`<select name=${setting.name} aria-describedby=${hint}>
              ${setting.choices?.map((choice) => html`<option ?selected=${choice === value}>${choice}</option>`)}
            </select>`
          : setting.kind === 'flag'
            ? html`<input type="checkbox" name=${setting.name} ?checked=${value === true} aria-describedby=${hint}>`
          : setting.kind === 'json'
            ? html`<textarea name=${setting.name} rows="3" spellcheck="false" aria-describedby=${hint}
                .defaultValue=${value ? JSON.stringify(value) : ''}></textarea>`
            : html`<input name=${setting.name} value=${value ?? ''} inputmode=${setting.kind === 'number' ? 'numeric' : 'text'}
                pattern=${setting.kind === 'number' ? '[0-9]*' : '.*'} autocomplete="off" aria-describedby=${hint}>`;
      return html`<label class="field ${setting.kind}">${setting.label}${input}<small id=${hint}>${setting.hint}</small></label>`;
    })}
  </div>`;
}

/** What is typed as JSON; as it is typed where it is none, for the server to say so. @param {string} text */
function parsed(text) {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

/** What a field of the form says. @param {FormData} form @param {{ name: string, kind: string }} setting */
function typed(form, { name, kind }) {
  const text = String(form.get(name) ?? '').trim();
  switch (kind) {
    case 'flag':
      return form.has(name);
    case 'number':
      return text === '' ? null : Number(text);
    case 'json':
      return parsed(text);
    default:
      return text;
  }
}

/** What a form says that differs from what is there. @param {FormData} form @param {any} settings */
function changes(form, settings) {
  /** @type {Record<string, unknown>} */
  const changed = {};
  for (const setting of SETTINGS) {
    const value = typed(form, setting);
    if (JSON.stringify(value) !== JSON.stringify(settings[setting.name] ?? null)) {
      changed[setting.name] = value;
    }
  }
  return changed;
}

/** @param {Record<string, unknown>} changed */
function words(changed) {
  return Object.entries(changed)
    .map(([name, value]) => ` ${name}=${value === null ? 'null' : shellWord(typeof value === 'object' ? JSON.stringify(value) : String(value))}`)
    .join('');
}

const DEFAULTS = {
  versioning: 'off', maxVersions: null, compression: 'auto', deduplicate: false, encrypt: false,
  ttl: null, durability: 'disk', quotaBytes: null, quotaObjects: null, readOnly: false,
};

/** Asks for settings and changes them. @param {any} bucket @returns {Promise<any>} */
export function changeSettings(bucket) {
  return ask({
    title: `Settings of ${bucket.name}`,
    label: 'Save',
    fields: fields(bucket.settings),
    command: (form) => `bin/hayloft bucket set ${bucket.name}${words(changes(form, bucket.settings)) || ' …'}`,
    run: (form) => call('PATCH', bucketPath(bucket.name), { json: changes(form, bucket.settings) }),
  });
}

/** Asks, and deletes a bucket. @param {any} bucket @returns {Promise<any>} */
export function deleteBucket(bucket) {
  const full = bucket.objects > 0 || bucket.versions > 0;
  return ask({
    title: `Delete ${bucket.name}`,
    text: full
      ? `Its ${number(bucket.objects)} objects, ${bytes(bucket.logicalBytes)}, go with it. There is no way back.`
      : 'It is empty.',
    label: 'Delete',
    danger: true,
    retype: full ? bucket.name : undefined,
    command: () => `bin/hayloft bucket rm ${full ? '--force ' : ''}${bucket.name}`,
    run: async () => {
      await call('DELETE', `${bucketPath(bucket.name)}${full ? '?force=true' : ''}`);
      say(`Bucket ${bucket.name} is deleted.`);
    },
  });
}

/** A few words on what a bucket does beyond the usual. @param {any} settings */
export function summary(settings) {
  const said = [];
  if (settings.versioning === 'on') {
    said.push(settings.maxVersions ? `versions ≤ ${settings.maxVersions}` : 'versions');
  }
  if (settings.compression !== 'auto') {
    said.push(`compression ${settings.compression}`);
  }
  if (settings.deduplicate) {
    said.push('deduplicated');
  }
  if (settings.encrypt) {
    said.push('encrypted');
  }
  if (settings.ttl !== null) {
    said.push(`expires after ${duration(settings.ttl)}`);
  }
  if (settings.durability === 'memory') {
    said.push('memory');
  }
  if (settings.cors) {
    said.push('other origins');
  }
  if (settings.readOnly) {
    said.push('read only');
  }
  return said.length === 0
    ? html`<span class="muted">defaults</span>`
    : said.map((word) => html`<span class="pill">${word}</span> `);
}

/** What a bucket stores less than it could, in words. @param {any} bucket */
function savings(bucket) {
  const parts = [];
  if (bucket.savedBytes > 0) parts.push(`${bytes(bucket.savedBytes)} saved by storing equal content once`);
  if (bucket.dictionary) {
    parts.push(`small objects ${bucket.dictionary.gain.toFixed(1)} times smaller by dictionary ${bucket.dictionary.version}`);
  }
  return parts.join('; ');
}

/** The buckets, their figures and settings. */
class Buckets extends Reloading {
  static properties = { ...Screen.properties, buckets: { state: true }, search: { state: true } };

  constructor() {
    super();
    /** @type {any[] | null} */
    this.buckets = null;
    this.search = '';
  }

  load() {
    return this.attempt(async () => {
      this.buckets = (await get('/v1/buckets')).buckets;
    });
  }

  create() {
    const name = (/** @type {FormData} */ form) => String(form.get('name') ?? '').trim();
    return this.afterwards(ask({
      title: 'New bucket',
      label: 'Create',
      fields: html`<label class="field">Name
          <input name="name" required pattern="[a-z0-9]([a-z0-9.\\-]*[a-z0-9])?" minlength="3" maxlength="63"
            autocomplete="off" spellcheck="false" autocapitalize="none" aria-describedby="hint-name" autofocus>
          <small id="hint-name">3 to 63 of a–z, 0–9, dot and hyphen.</small></label>
        <details><summary>Settings</summary>${fields(DEFAULTS)}</details>`,
      command: (form) => `bin/hayloft bucket create ${name(form) || 'NAME'}${words(changes(form, DEFAULTS))}`,
      run: async (form) => {
        const response = await send('PUT', bucketPath(name(form)), { json: changes(form, DEFAULTS) });
        if (response.status === 200) { // To ask twice is no mistake for a program, but a person thinks it is new.
          throw new Problem(409, 'bucket-exists', 'Bucket exists', `There is a bucket “${name(form)}” already. Choose another name.`, '');
        }
        say(`Bucket ${name(form)} is there.`);
      },
    }));
  }

  render() {
    const all = this.buckets;
    const actions = html`<button class="main" @click=${this.create}>New bucket</button>`;
    return html`${heading('Buckets', actions)} ${problemBox(this.problem, () => this.load())}
      ${all === null
        ? nothing
        : all.length === 0
          ? empty('No buckets yet', 'A bucket is a named set of objects with settings of its own.', command('bin/hayloft bucket create photos'))
          : this.list(all)}`;
  }

  /** @param {any[]} all */
  list(all) {
    const shown = all.filter((bucket) => bucket.name.includes(this.search));
    return html`<div class="filters"><input type="search" placeholder="Search by name" aria-label="Search buckets by name"
          @input=${(/** @type {any} */ event) => (this.search = event.target.value)}></div>
      ${shown.length === 0
        ? empty('No bucket of that name', html`None of ${number(all.length)} has “${this.search}” in its name.`)
        : table(
            'Buckets',
            html`<th>Bucket</th><th class="num">Objects</th><th class="num">Content</th><th class="num">Stored</th>
              <th class="num">Dead</th><th>Settings</th><th>Created</th><th><span class="hidden">Actions</span></th>`,
            shown.map(
              (bucket) => html`<tr data-bucket=${bucket.name}>
                <td><a href=${to(['buckets', bucket.name])}>${bucket.name}</a></td>
                <td class="num">${number(bucket.objects)}</td>
                <td class="num">${bytes(bucket.logicalBytes)}</td>
                <td class="num" title=${savings(bucket) || nothing}>${bytes(bucket.storedBytes)}</td>
                <td class="num">${bytes(bucket.deadBytes)}</td>
                <td>${summary(bucket.settings)}</td>
                <td>${moment(bucket.createdAt)}</td>
                <td class="row-actions">
                  <button class="quiet small" @click=${() => this.afterwards(changeSettings(bucket))} aria-label="Settings of ${bucket.name}">Settings</button>
                  <button class="quiet small" @click=${() => this.afterwards(deleteBucket(bucket))} aria-label="Delete ${bucket.name}">Delete</button>
                </td>
              </tr>`,
            ),
          )}`;
  }
}
customElements.define('hay-buckets', Buckets);
