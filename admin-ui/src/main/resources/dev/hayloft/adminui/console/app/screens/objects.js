import { html, nothing } from 'lit';
import { ask, say } from '../ask.js';
import { Problem, bucketPath, get, objectPath, send, upload } from '../api.js';
import { bytes, counted, shellWord } from '../format.js';
import { command, empty, heading, moment, pill, problemBox, progress, table } from '../parts.js';
import { to } from '../route.js';
import { Screen } from '../screen.js';
import { changeSettings, summary } from './buckets.js';
import { changeMetadata, copyObject, removeVersion, renameObject } from './object-actions.js';

const PAGE = 200;
const UPLOADS_AT_ONCE = 3;
const PREVIEW_TEXT_BYTES = 64 * 1024;
const PREVIEW_IMAGE = /^image\/(png|jpeg|gif|webp|avif|svg\+xml)$/;
const PREVIEW_TEXT = /^(text\/|application\/(json|xml|javascript|yaml|x-ndjson|toml))|\+(json|xml)$/;

/**
 * @typedef {object} Transfer
 * @property {string} key
 * @property {File} file
 * @property {number} sent bytes
 * @property {'waiting' | 'running' | 'done' | 'failed'} state
 * @property {Problem | null} problem
 * @property {AbortController} stop
 */

/** What is in a bucket, level by level, and one object in full. */
class Objects extends Screen {
  static properties = {
    ...Screen.properties,
    bucket: { state: true },
    entries: { state: true },
    next: { state: true },
    object: { state: true },
    versions: { state: true },
    preview: { state: true },
    transfers: { state: true },
    over: { state: true },
  };

  constructor() {
    super();
    /** @type {any} */
    this.bucket = null;
    /** @type {any[] | null} */
    this.entries = null;
    /** @type {string | null} */
    this.next = null;
    /** @type {any} */
    this.object = null;
    /** @type {any[] | Problem | null} */
    this.versions = null;
    /** @type {any} */
    this.preview = null;
    /** @type {Transfer[]} */
    this.transfers = [];
    this.over = false;
    this.shown = '';
  }

  get name() {
    return this.route.parts[1];
  }

  get under() {
    return this.route.query.get('prefix') ?? '';
  }

  get key() {
    return this.route.query.get('key') ?? '';
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('route')) {
      const place = `${this.name}\n${this.under}`;
      if (place !== this.shown) {
        this.shown = place;
        this.entries = null;
        this.load();
      }
      this.open();
    }
  }

  load() {
    const place = this.shown;
    return this.attempt(async () => {
      const [bucket, page] = await Promise.all([get(bucketPath(this.name)), this.page('')]);
      if (place === this.shown) {
        this.bucket = bucket;
        this.take(page, false);
      }
    });
  }

  more() {
    return this.attempt(async () => this.take(await this.page(this.next ?? ''), true));
  }

  /** @param {string} after */
  page(after) {
    const query = new URLSearchParams({ delimiter: '/', limit: String(PAGE) });
    if (this.under) {
      query.set('prefix', this.under);
    }
    if (after) {
      query.set('after', after);
    }
    return get(`${bucketPath(this.name)}/objects?${query}`);
  }

  /** @param {any} page @param {boolean} append */
  take(page, append) {
    const entries = [...page.prefixes.map((/** @type {string} */ prefix) => ({ prefix })), ...page.objects];
    this.entries = append ? [...(this.entries ?? []), ...entries] : entries;
    this.next = page.next;
  }

  async open() {
    const key = this.key;
    if (!key) {
      this.object = null;
      this.versions = null;
      this.preview = null;
      return;
    }
    if (this.object?.key === key) {
      return;
    }
    this.object = null;
    this.preview = null;
    this.versions = null;
    await this.attempt(async () => {
      const query = new URLSearchParams({ prefix: key, limit: '1', metadata: 'true' });
      const page = await get(`${bucketPath(this.name)}/objects?${query}`);
      const entry = page.objects[0];
      if (key !== this.key) {
        return;
      }
      if (!entry || entry.key !== key) {
        throw new Problem(404, 'no-such-key', 'No such key', `Bucket “${this.name}” has no key “${key}”.`, '');
      }
      this.object = entry;
      this.look(entry);
      if (this.bucket?.settings.versioning === 'on' || this.bucket === null) {
        this.loadVersions(key);
      }
    });
    this.updateComplete.then(() => /** @type {HTMLElement | null} */ (this.querySelector('.detail h2'))?.focus());
  }

  /** @param {string} key */
  async loadVersions(key) {
    try {
      const answer = await get(`${objectPath(this.name, key)}?versions`);
      if (key === this.key) {
        this.versions = answer.versions;
      }
    } catch (failure) {
      this.versions = /** @type {Problem} */ (failure);
    }
  }

  /** The beginning of a text, or a picture. @param {any} entry */
  async look(entry) {
    const type = typeOf(entry);
    if (PREVIEW_IMAGE.test(type)) {
      this.preview = { image: objectPath(this.name, entry.key) };
    } else if (PREVIEW_TEXT.test(type) && entry.size > 0) {
      try {
        const last = Math.min(entry.size, PREVIEW_TEXT_BYTES) - 1;
        const response = await send('GET', objectPath(this.name, entry.key), { headers: { Range: `bytes=0-${last}` } });
        let text = await response.text();
        const whole = entry.size <= PREVIEW_TEXT_BYTES;
        if (whole && /json$/.test(type)) {
          try {
            text = JSON.stringify(JSON.parse(text), null, 2);
          } catch {
            // It says it is JSON; it is shown as it is.
          }
        }
        if (entry.key === this.key) {
          this.preview = { text, cut: !whole };
        }
      } catch (failure) {
        this.preview = { problem: failure };
      }
    } else {
      this.preview = { none: entry.size === 0 ? 'It is empty.' : 'No preview of this type.' };
    }
  }

  /** @param {string} key */
  address(key) {
    return to(['buckets', this.name], { prefix: this.under, key });
  }

  // ---- uploads

  /** @param {Iterable<{ path: string, file: File }>} files */
  add(files) {
    const added = [...files].map(({ path, file }) => ({
      key: this.under + path,
      file,
      sent: 0,
      state: /** @type {'waiting'} */ ('waiting'),
      problem: null,
      stop: new AbortController(),
    }));
    this.transfers = [...this.transfers.filter((each) => each.state !== 'done'), ...added];
    for (let i = 0; i < UPLOADS_AT_ONCE; i++) {
      this.work();
    }
  }

  async work() {
    if (this.transfers.filter((each) => each.state === 'running').length >= UPLOADS_AT_ONCE) {
      return;
    }
    const transfer = this.transfers.find((each) => each.state === 'waiting');
    if (!transfer) {
      return;
    }
    transfer.state = 'running';
    const progressed = (/** @type {number} */ sent) => {
      transfer.sent = sent;
      this.requestUpdate();
    };
    try {
      await upload(objectPath(this.name, transfer.key), transfer.file, transfer.file.type, progressed, transfer.stop.signal);
      transfer.state = 'done';
      transfer.sent = transfer.file.size;
    } catch (failure) {
      transfer.state = 'failed';
      transfer.problem = /** @type {Problem} */ (failure);
    }
    this.transfers = [...this.transfers];
    if (this.transfers.every((each) => each.state === 'done' || each.state === 'failed')) {
      const done = this.transfers.filter((each) => each.state === 'done').length;
      if (done > 0) {
        say(`Stored ${counted(done, 'object')}.`);
      }
      this.load();
    }
    this.work();
  }

  /** @param {DragEvent} event */
  async dropped(event) {
    event.preventDefault();
    this.over = false;
    const items = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.() ?? null);
    /** @type {{ path: string, file: File }[]} */
    const files = [];
    if (items.some((item) => item?.isDirectory)) {
      for (const item of items) {
        if (item) {
          await gather(item, '', files);
        }
      }
    } else {
      for (const file of event.dataTransfer?.files ?? []) {
        files.push({ path: file.name, file });
      }
    }
    this.add(files);
  }

  /** @param {Event} event */
  chosen(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    this.add([...(input.files ?? [])].map((file) => ({ path: file.name, file })));
    input.value = '';
  }

  // ---- actions

  /** @param {any} entry */
  async deleteObject(entry) {
    const versioned = this.bucket?.settings.versioning === 'on';
    let marker = '';
    const done = await ask({
      title: `Delete ${entry.key}`,
      text: versioned
        ? 'Earlier versions stay; a delete marker goes on top, and taking it away brings the object back.'
        : 'This bucket keeps no versions: there is no way back.',
      label: 'Delete',
      danger: true,
      command: () => `bin/hayloft rm ${shellWord(`${this.name}/${entry.key}`)}`,
      run: async () => {
        const response = await send('DELETE', objectPath(this.name, entry.key));
        marker = response.headers.get('X-Hayloft-Version') ?? '';
      },
    });
    if (done === undefined) {
      return;
    }
    const undo = async () => {
      await send('DELETE', `${objectPath(this.name, entry.key)}?version=${marker}`);
      say(`${entry.key} is back.`);
      this.load();
    };
    say(`Deleted ${entry.key}.`, 'Undo', versioned && marker ? undo : null);
    location.hash = this.address('');
    this.load();
  }

  /** @param {any} entry */
  async rename(entry) {
    const done = await renameObject(this.name, entry);
    if (done !== undefined) {
      say(`Renamed to ${done.key}.`);
      location.hash = this.address(done.key.startsWith(this.under) ? done.key : '');
      this.load();
    }
  }

  /** @param {any} entry */
  async copy(entry) {
    const to = await copyObject(this.name, entry);
    if (to !== undefined) {
      say(`Copied to ${to}.`);
      this.load();
    }
  }

  /** @param {any} entry */
  async metadata(entry) {
    const done = await changeMetadata(this.name, entry);
    if (done !== undefined) {
      say(`Metadata of ${entry.key} is saved.`);
      this.again();
    }
  }

  /** @param {any} entry @param {any} version */
  async removeVersion(entry, version) {
    if ((await removeVersion(this.name, entry, version)) !== undefined) {
      this.again();
    }
  }

  /** Reads list and object anew. */
  again() {
    this.object = null;
    this.load();
    this.open();
  }

  async settings() {
    const changed = await changeSettings(this.bucket);
    if (changed !== undefined) {
      this.bucket = changed;
      say('Settings are saved.');
    }
  }

  // ---- what is seen

  render() {
    const bucket = this.bucket;
    const actions = html`<button class="quiet" @click=${this.settings} ?disabled=${!bucket}>Settings</button>
      <label class="button main">Upload<input class="hidden" type="file" multiple @change=${this.chosen}></label>`;
    const lead = bucket
      ? html`${counted(bucket.objects, 'object')}, ${bytes(bucket.logicalBytes)} · ${summary(bucket.settings)}`
      : nothing;
    return html`${heading(this.name, actions, lead)}
      <div class="drop ${this.over ? 'over' : ''}"
        @dragover=${(/** @type {DragEvent} */ event) => { event.preventDefault(); this.over = true; }}
        @dragleave=${() => (this.over = false)} @drop=${this.dropped}>
        ${this.crumbs()} ${problemBox(this.problem, () => this.load())} ${this.uploads()}
        <div class="browser ${this.key ? 'with-detail' : ''}">
          <div>${this.entries === null ? (this.problem ? nothing : html`<p class="muted" role="status">Reading …</p>`) : this.list(this.entries)}</div>
          ${this.key && this.object ? this.detail(this.object) : nothing}
        </div>
        <p class="drop-hint" aria-hidden="true">Let go to store under ${this.name}/${this.under}</p>
      </div>`;
  }

  crumbs() {
    const steps = this.under.split('/').filter((step, index, all) => index < all.length - 1 || step !== '');
    let path = '';
    const search = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const text = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('prefix') ?? '');
      location.hash = to(['buckets', this.name], { prefix: text });
    };
    return html`<div class="filters">
      <nav class="crumbs" aria-label="Prefix">
        <a href="#/buckets">Buckets</a> <span aria-hidden="true">/</span>
        <a href=${to(['buckets', this.name])}>${this.name}</a>
        ${steps.map((step, index) => {
          const last = index === steps.length - 1 && !this.under.endsWith('/');
          path += last ? step : `${step}/`;
          return html` <span aria-hidden="true">/</span> <a href=${to(['buckets', this.name], { prefix: path })}>${step || '(empty)'}${last ? '…' : ''}</a>`;
        })}
      </nav>
      <form class="search" role="search" @submit=${search}>
        <input type="search" name="prefix" .value=${this.under} placeholder="Keys that begin with …" aria-label="Keys that begin with" spellcheck="false">
        <button class="quiet">Find</button>
      </form>
    </div>`;
  }

  uploads() {
    const all = this.transfers;
    if (all.length === 0) {
      return nothing;
    }
    return html`<section class="panel" aria-label="Uploads">
      <ul class="plain">
        ${all.slice(-50).map(
          (each) => html`<li class="row">
            <span class="key">${each.key}</span>
            ${each.state === 'failed'
              ? html`<span class="bad">${each.problem?.title}: ${each.problem?.detail}</span>`
              : progress(each.file.size === 0 ? (each.state === 'done' ? 1 : 0) : each.sent / each.file.size, `Upload of ${each.key}`)}
            <span class="muted">${bytes(each.file.size)}</span>
            ${each.state === 'running'
              ? html`<button class="quiet small" @click=${() => each.stop.abort()} aria-label="Cancel the upload of ${each.key}">Cancel</button>`
              : pill(each.state)}
          </li>`,
        )}
      </ul>
      ${all.every((each) => each.state !== 'running' && each.state !== 'waiting')
        ? html`<button class="quiet small" @click=${() => (this.transfers = [])}>Close this list</button>`
        : nothing}
    </section>`;
  }

  /** @param {any[]} entries */
  list(entries) {
    if (entries.length === 0) {
      return this.under
        ? empty('Nothing begins so', html`No key of ${this.name} begins with “${this.under}”.`)
        : empty('Nothing in here yet', 'Drop files or folders anywhere on this page, or:', command(`bin/hayloft put FILE ${this.name}/`));
    }
    return html`${table(
        `Objects of ${this.name}`,
        html`<th>Key</th><th class="num">Size</th><th>Type</th><th>Written</th>`,
        entries.map((entry) =>
          entry.prefix !== undefined
            ? html`<tr data-prefix=${entry.prefix}><td colspan="4" class="key">
                <a href=${to(['buckets', this.name], { prefix: entry.prefix })}><span aria-hidden="true">▸ </span>${entry.prefix.slice(this.level().length)}</a></td></tr>`
            : html`<tr data-key=${entry.key} class=${entry.key === this.key ? 'chosen' : ''}>
                <td class="key"><a href=${this.address(entry.key)}>${entry.key.slice(this.level().length) || entry.key}</a></td>
                <td class="num">${bytes(entry.size)}</td>
                <td class="muted">${entry.contentType}</td>
                <td>${moment(entry.lastModified)}</td>
              </tr>`,
        ),
      )}
      ${this.next ? html`<p><button class="quiet" @click=${this.more} ?disabled=${this.loading}>Show more</button></p>` : nothing}`;
  }

  /** The part of the prefix that all keys here share and nobody needs to read again. */
  level() {
    return this.under.slice(0, this.under.lastIndexOf('/') + 1);
  }

  /** @param {any} entry */
  detail(entry) {
    const facts = [
      ['Size', `${bytes(entry.size)}${entry.size >= 1024 ? ` (${entry.size.toLocaleString('en')} B)` : ''}`],
      ['Type', entry.contentType],
      ['Written', moment(entry.lastModified)],
      ['Expires', entry.expiresAt ? moment(entry.expiresAt) : 'never'],
      ['Version', html`<code>${entry.version}</code>`],
      ['ETag', html`<code class="break">${entry.etag}</code>`],
    ];
    const metadata = Object.entries(entry.metadata ?? {});
    return html`<aside class="panel detail" aria-label="Object ${entry.key}">
      <header><h2 tabindex="-1" class="break">${entry.key}</h2>
        <a class="button quiet small" href=${this.address('')} aria-label="Close">✕</a></header>
      <div class="actions">
        <a class="button main small" href=${objectPath(this.name, entry.key)} download=${entry.key.split('/').pop() || 'object'}>Download</a>
        <button class="quiet small" @click=${() => this.rename(entry)}>Rename</button>
        <button class="quiet small" @click=${() => this.copy(entry)}>Copy</button>
        <button class="quiet small" @click=${() => this.deleteObject(entry)}>Delete</button>
      </div>
      ${this.previewOf(entry)}
      <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      <header class="part"><h3>Metadata</h3>
        <button class="quiet small" @click=${() => this.metadata(entry)} aria-label="Change metadata">Change</button></header>
      ${metadata.length === 0
        ? html`<p class="muted">None.</p>`
        : html`<dl class="facts">${metadata.map(([name, value]) => html`<div><dt>${name}</dt><dd class="break">${value}</dd></div>`)}</dl>`}
      ${this.versionsOf(entry)} ${command(`bin/hayloft get ${shellWord(`${this.name}/${entry.key}`)}`)}
    </aside>`;
  }

  /** @param {any} entry */
  previewOf(entry) {
    const preview = this.preview;
    if (!preview) {
      return html`<p class="muted" role="status">Reading …</p>`;
    }
    if (preview.image) {
      return html`<img class="preview" src=${preview.image} alt="Preview of ${entry.key}">`;
    }
    if (preview.text !== undefined) {
      return html`<pre class="preview" tabindex="0" aria-label="Preview of ${entry.key}">${preview.text}</pre>
        ${preview.cut ? html`<p class="muted">The first ${bytes(PREVIEW_TEXT_BYTES)}.</p>` : nothing}`;
    }
    return preview.problem ? problemBox(preview.problem) : html`<p class="muted">${preview.none}</p>`;
  }

  /** @param {any} entry */
  versionsOf(entry) {
    if (this.versions === null) {
      return nothing;
    }
    if (this.versions instanceof Problem) {
      return html`<h3>Versions</h3>${problemBox(this.versions)}`;
    }
    return html`<h3>Versions</h3>
      <ul class="plain versions">
        ${this.versions.map(
          (version, index) => html`<li class="row" data-version=${version.version}>
            <span>${moment(version.lastModified)} ${version.deleted ? pill('deleted') : bytes(version.size)} ${index === 0 ? pill('newest') : nothing}</span>
            <span class="row-actions">
              ${version.deleted
                ? nothing
                : html`<a class="button quiet small" download href="${objectPath(this.name, entry.key)}?version=${version.version}">Download</a>`}
              <button class="quiet small" @click=${() => this.removeVersion(entry, version)}>${version.deleted ? 'Bring back' : 'Delete'}</button>
            </span>
          </li>`,
        )}
      </ul>`;
  }
}
customElements.define('hay-objects', Objects);

/** Files that were stored without a type say by their names what they are. @type {Record<string, string>} */
const TYPES = { json: 'application/json', ndjson: 'application/x-ndjson', xml: 'application/xml', yml: 'text/yaml', yaml: 'text/yaml' };
const TEXT_ENDS = /\.(txt|md|log|csv|tsv|html?|css|js|java|py|sh|conf|properties|toml|ini)$/;

/** @param {any} entry */
function typeOf(entry) {
  const type = (entry.contentType ?? '').split(';')[0].trim().toLowerCase();
  const key = entry.key.toLowerCase();
  return type !== 'application/octet-stream' ? type : (TYPES[key.slice(key.lastIndexOf('.') + 1)] ?? (TEXT_ENDS.test(key) ? 'text/plain' : type));
}

/**
 * All files below a dropped folder.
 *
 * @param {any} entry
 * @param {string} path
 * @param {{ path: string, file: File }[]} files
 * @returns {Promise<void>}
 */
async function gather(entry, path, files) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    files.push({ path: path + entry.name, file });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    /** @type {any[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) {
      return;
    }
    for (const each of some) {
      await gather(each, `${path}${entry.name}/`, files);
    }
  }
}
