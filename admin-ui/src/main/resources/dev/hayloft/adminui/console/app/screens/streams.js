import { html, nothing } from 'lit';
import { bucketPath, get, send } from '../api.js';
import { byteRate, bytes, counted, number, rate } from '../format.js';
import { live } from '../live.js';
import { command, empty, heading, moment, pill, problemBox, stat, table } from '../parts.js';
import { to } from '../route.js';
import { Screen } from '../screen.js';

const KEPT_MAX = 200;
const WAIT_SECONDS = 20;

/** One figure of the Prometheus page, over all its labels. @param {string} page @param {string} name */
export function metric(page, name) {
  let sum = 0;
  let seen = false;
  for (const line of page.split('\n')) {
    if (line.startsWith(name) && (line[name.length] === ' ' || line[name.length] === '{')) {
      sum += Number(line.slice(line.lastIndexOf(' ') + 1));
      seen = true;
    }
  }
  return seen ? sum : null;
}

/** Records coming in, and a reader of a bucket's changes. */
class Streams extends Screen {
  static properties = {
    ...Screen.properties,
    metrics: { state: true },
    streams: { state: true },
    buckets: { state: true },
    bucket: { state: true },
    changes: { state: true },
    following: { state: true },
  };

  constructor() {
    super();
    this.metrics = '';
    /** @type {{ ingest: any[], readers: any[] }} */
    this.streams = { ingest: [], readers: [] };
    /** @type {any[]} */
    this.buckets = [];
    this.bucket = '';
    /** @type {any[]} */
    this.changes = [];
    this.following = false;
    /** @type {AbortController | null} */
    this.reading = null;
    this.timer = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.load();
    this.timer = setInterval(() => this.loadMetrics(), 2000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
    this.stopFollowing();
  }

  load() {
    return this.attempt(async () => {
      this.buckets = (await get('/v1/buckets')).buckets;
      this.bucket = this.bucket || (this.buckets[0]?.name ?? '');
      await this.loadMetrics();
    });
  }

  async loadMetrics() {
    try {
      this.streams = await get('/api/streams');
      this.metrics = await (await send('GET', '/metrics')).text();
    } catch {
      this.metrics = '';
    }
  }

  stopFollowing() {
    this.reading?.abort();
    this.reading = null;
    this.following = false;
  }

  follow() {
    this.stopFollowing();
    this.changes = [];
    const reading = new AbortController();
    this.reading = reading;
    this.following = true;
    this.attempt(async () => {
      let after = 'latest';
      try {
        while (this.reading === reading) {
          const query = new URLSearchParams({ after, wait: String(WAIT_SECONDS), limit: '100' });
          const response = await send('GET', `${bucketPath(this.bucket)}/changes?${query}`, {
            signal: reading.signal,
            headers: { Accept: 'application/x-ndjson' },
          });
          for (const line of (await response.text()).split('\n')) {
            const change = line.trim() === '' ? null : JSON.parse(line);
            if (change?.cursor) {
              after = change.cursor;
            }
            if (change && !change.end) {
              this.changes = [change, ...this.changes].slice(0, KEPT_MAX);
            }
          }
        }
      } catch (failure) {
        if (!(failure instanceof DOMException)) {
          this.stopFollowing();
          throw failure;
        }
      }
    });
  }

  render() {
    const status = live.status;
    return html`${heading('Streams', nothing, 'Records in, changes out.')} ${problemBox(this.problem, () => this.load())}
      ${status ? this.figures(status) : nothing} ${this.ingests()} ${this.readers()}
      <div class="columns">${this.howTo()} ${this.depth()}</div> ${this.reader()}`;
  }

  /** @param {any} status */
  figures(status) {
    const behind = Math.max(0, ...this.streams.readers.map((/** @type {any} */ each) => each.behind ?? 0));
    return html`<section class="stats" aria-label="Rates">
      ${stat('Records in', rate(status.rates.recordsPerSecond), { id: 'records' })}
      ${stat('Bytes in', byteRate(status.rates.bytesInPerSecond), { id: 'bytes-in' })}
      ${stat('Ingest requests', `${number(this.streams.ingest.length)} open`, { id: 'ingest', note: 'each holds a connection' })}
      ${stat('Feed readers', `${number(this.streams.readers.length)} active`, {
        id: 'feeds', note: this.streams.readers.length === 0 ? 'in the last two minutes' : behind === 0 ? 'all up to date' : `at most ${counted(behind, 'mutation')} behind` })}
    </section>`;
  }

  ingests() {
    const all = this.streams.ingest;
    return html`<h2 class="section">Ingest requests</h2>
      ${all.length === 0
        ? html`<p class="muted">None is open.</p>`
        : table(
            'Ingest requests',
            html`<th>Into</th><th>Key</th><th>Producer</th><th class="num">Acknowledged</th><th>Since</th>`,
            all.map(
              (/** @type {any} */ each) => html`<tr data-ingest=${each.bucket}>
                <td><a href=${to(['buckets', each.bucket])}>${each.bucket}</a></td>
                <td><code>${each.accessKey}</code></td>
                <td>${each.producer ?? html`<span class="muted">unnamed</span>`}</td>
                <td class="num">${counted(each.acked, 'record')}</td>
                <td>${moment(each.startedAt)}</td>
              </tr>`,
            ),
          )}`;
  }

  readers() {
    const all = this.streams.readers;
    return html`<h2 class="section">Feed readers</h2>
      ${all.length === 0
        ? html`<p class="muted">Nobody has read changes in the last two minutes.</p>`
        : table(
            'Feed readers',
            html`<th>Changes of</th><th>Key</th><th>Only keys below</th><th>State</th><th class="num">Behind</th><th class="num">Read</th><th>Last</th>`,
            all.map(
              (/** @type {any} */ each) => html`<tr data-reader=${each.bucket}>
                <td><a href=${to(['buckets', each.bucket])}>${each.bucket}</a></td>
                <td><code>${each.accessKey}</code></td>
                <td>${each.prefix || html`<span class="muted">all</span>`}</td>
                <td>${pill(each.state)}</td>
                <td class="num">${each.behind === null ? '–' : each.behind === 0 ? 'up to date' : counted(each.behind, 'mutation')}</td>
                <td class="num">${counted(each.changes, 'change')}</td>
                <td>${moment(each.lastReadAt)}</td>
              </tr>`,
            ),
          )}`;
  }

  howTo() {
    const bucket = this.bucket || 'BUCKET';
    return html`<section class="panel" aria-label="Send records">
      <h2>Send records</h2>
      <p class="muted">Lines of JSON, CSV with a head, files of records or a whole folder; repeated after a break, nothing is stored twice.</p>
      <div class="stack">
        ${command(`bin/hayloft ingest ${bucket} records.ndjson`)}
        ${command(`bin/hayloft ingest ${bucket} table.csv --key-column id`)}
        ${command(`producer | bin/hayloft ingest ${bucket} --producer sensor-1`)}
        ${command(`bin/hayloft bench ingest --bucket ${bucket} --size 100 --count 100000`)}
      </div>
    </section>`;
  }

  depth() {
    const waiting = metric(this.metrics, 'hayloft_ring_depth');
    const unforced = metric(this.metrics, 'hayloft_log_unforced_bytes');
    const body = metric(this.metrics, 'hayloft_http_body_bytes');
    if (waiting === null) {
      return nothing;
    }
    return html`<section class="panel" aria-label="On the way to the disk">
      <h2>On the way to the disk</h2>
      <dl class="facts">
        <div><dt>Mutations waiting for a writer</dt><dd>${number(waiting)}</dd></div>
        <div><dt>Appended, not yet forced</dt><dd>${bytes(unforced)}</dd></div>
        <div><dt>Bodies in memory</dt><dd>${bytes(body)}</dd></div>
      </dl>
    </section>`;
  }

  reader() {
    return html`<section class="panel" aria-label="Changes of a bucket">
      <h2>Changes as they happen</h2>
      ${this.buckets.length === 0
        ? empty('No buckets yet', 'Make one under Buckets; then every change of it can be followed here.')
        : html`<div class="filters" role="group" aria-label="Follow">
              <label>Bucket <select @change=${(/** @type {any} */ event) => { this.bucket = event.target.value; this.stopFollowing(); }}>
                ${this.buckets.map((bucket) => html`<option ?selected=${bucket.name === this.bucket}>${bucket.name}</option>`)}</select></label>
              ${this.following
                ? html`<span role="status" class="muted">Following ${this.bucket}</span><button class="quiet" @click=${this.stopFollowing}>Stop</button>`
                : html`<button class="main" @click=${this.follow}>Follow</button>`}
              ${command(`bin/hayloft tail ${this.bucket}`)}
            </div>
            ${this.changes.length === 0
              ? html`<p class="muted">${this.following ? 'Waiting for the next change …' : 'Nothing is shown from before you follow.'}</p>`
              : table(
                  'Changes',
                  html`<th>Time</th><th>What</th><th>Key</th><th class="num">Size</th><th class="num">Version</th>`,
                  this.changes.map(
                    (change) => html`<tr>
                      <td>${moment(change.time)}</td>
                      <td>${pill(change.op)}</td>
                      <td class="key">${change.key}</td>
                      <td class="num">${change.size === undefined || change.size === null ? '–' : bytes(change.size)}</td>
                      <td class="num"><code>${change.version}</code></td>
                    </tr>`,
                  ),
                )}`}
    </section>`;
  }
}
customElements.define('hay-streams', Streams);
