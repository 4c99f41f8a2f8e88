import { html, nothing } from 'lit';
import { Problem, get } from '../api.js';
import { bytes, number, percent } from '../format.js';
import { live } from '../live.js';
import { command, heading, legend, moment, pill, problemBox, shareBar, table } from '../parts.js';
import { Screen } from '../screen.js';
import { shardMap } from './erasure.js';
import { jobTable, jobs, startJob, startOnVolume } from './jobs.js';

const PAGE = 100;

/** One volume: what it holds, where it lies, what is in it. */
class Volume extends Screen {
  static properties = {
    ...Screen.properties,
    volume: { state: true },
    needles: { state: true },
    next: { state: true },
    needleProblem: { state: true },
    started: { state: true },
  };

  constructor() {
    super();
    /** @type {any} */
    this.volume = null;
    /** @type {any[]} */
    this.needles = [];
    /** @type {string | null} */
    this.next = null;
    /** @type {Problem | null} */
    this.needleProblem = null;
    /** @type {string[]} ids of jobs */
    this.started = [];
    this.shown = '';
    this.timer = 0;
  }

  get volumeId() {
    return this.route.parts[1];
  }

  connectedCallback() {
    super.connectedCallback();
    this.timer = setInterval(() => this.load(), 3000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  willUpdate() {
    if (this.volumeId !== this.shown) {
      this.shown = this.volumeId;
      this.volume = null;
      this.needles = [];
      this.started = [];
      this.load();
      this.more('');
    }
  }

  load() {
    return this.attempt(async () => {
      this.volume = await get(`/api/volumes/${encodeURIComponent(this.volumeId)}`);
    });
  }

  /** @param {string} after */
  async more(after) {
    try {
      const query = new URLSearchParams({ limit: String(PAGE), ...(after ? { after } : {}) });
      const page = await get(`/api/volumes/${encodeURIComponent(this.volumeId)}/needles?${query}`);
      this.needles = [...this.needles, ...page.needles];
      this.next = page.next;
      this.needleProblem = null;
    } catch (failure) {
      this.needleProblem = /** @type {Problem} */ (failure);
    }
  }

  /** Keeps a job in sight that was begun here. @param {Promise<any>} asked */
  async begun(asked) {
    const job = await asked;
    if (job !== undefined) {
      live.jobs.set(job.id, live.jobs.get(job.id) ?? job);
      this.started = [...this.started, job.id];
    }
  }

  seal() {
    return startJob({
      title: `Seal ${this.volumeId}`,
      text: 'Closes the open volumes of every partition.',
      kind: 'seal',
      line: () => 'bin/hayloft seal',
      json: () => ({ all: true }),
    });
  }

  render() {
    const volume = this.volume;
    const id = this.volumeId;
    const actions =
      volume === null
        ? nothing
        : html`${volume.state === 'open'
            ? html`<button class="quiet" @click=${() => this.begun(this.seal())}>Seal</button>`
            : html`<button class="quiet" @click=${() => this.begun(startOnVolume('compact', id))}>Compact</button>
                <button class="quiet" @click=${() => this.begun(startOnVolume('encode', id))}>Encode</button>`}
            <button class="quiet" @click=${() => this.begun(startOnVolume('verify', id))}>Verify</button>`;
    return html`${heading(`Volume ${id}`, actions, html`<a href="#/volumes">All volumes</a>`)} ${problemBox(this.problem, () => this.load())}
      ${this.started.length === 0 ? nothing : jobTable(jobs((job) => this.started.includes(job.id)), 'Jobs begun here')}
      ${volume === null ? nothing : html`<div class="columns">${this.facts(volume)} ${this.shards(volume)}</div>`} ${volume === null && this.problem ? nothing : this.contents()}`;
  }

  /** @param {any} volume */
  facts(volume) {
    const shares = [
      { kind: 'live', label: 'Live', value: volume.liveBytes },
      { kind: 'dead', label: 'Dead', value: volume.deadBytes },
    ];
    return html`<section class="panel" aria-label="Volume">
      <h2>${pill(volume.state)} ${bytes(volume.bytes)}</h2>
      ${shareBar(shares, `Volume ${volume.id}`)} ${legend(shares)}
      <dl class="facts">
        <div><dt>Partition</dt><dd>${volume.partition}</dd></div>
        <div><dt>Needles</dt><dd>${number(volume.needles)}</dd></div>
        <div><dt>Dead</dt><dd>${volume.bytes > 0 ? percent(volume.deadBytes / volume.bytes) : '–'}</dd></div>
        <div><dt>Created</dt><dd>${moment(volume.createdAt)}</dd></div>
        <div><dt>Sealed</dt><dd>${moment(volume.sealedAt)}</dd></div>
      </dl>
    </section>`;
  }

  /** @param {any} volume */
  shards(volume) {
    return html`<section class="panel" aria-label="Shards">
      <h2>Where it lies</h2>
      ${volume.shards.length > 1 ? shardMap(volume) : nothing}
      ${table(
        'Shards',
        html`<th>Shard</th><th>State</th><th>File</th><th class="num">From</th><th class="num">Length</th>`,
        volume.shards.map(
          (/** @type {any} */ shard) => html`<tr>
            <td>${shard.kind} ${shard.index}</td>
            <td>${pill(shard.state)}</td>
            <td class="text"><code class="break">${shard.path}</code></td>
            <td class="num">${bytes(shard.offset)}</td>
            <td class="num">${bytes(shard.length)}</td>
          </tr>`,
        ),
      )}
    </section>`;
  }

  contents() {
    return html`<h2 class="section">Needles</h2>
      ${this.needleProblem ? problemBox(this.needleProblem, () => this.more('')) : nothing}
      ${this.needles.length === 0
        ? this.needleProblem
          ? nothing
          : html`<p class="muted">None.</p>`
        : table(
            'Needles',
            html`<th class="num">Frame at</th><th>Type</th><th>Key</th><th class="num">Content</th><th class="num">Takes</th><th class="num">Version</th><th>Written</th><th>Checksum</th>`,
            this.needles.map(
              (needle) => html`<tr>
                <td class="num">${number(needle.frame)}</td>
                <td>${needle.type}</td>
                <td class="key">${needle.key ?? html`<span class="muted">–</span>`}</td>
                <td class="num">${needle.size === null || needle.size === undefined ? '–' : bytes(needle.size)}</td>
                <td class="num">${bytes(needle.bytes)}</td>
                <td class="num">${needle.version ? html`<code>${needle.version}</code>` : '–'}</td>
                <td>${moment(needle.time)}</td>
                <td>${pill(needle.type === 'damage' ? 'corrupt' : 'ok')}</td>
              </tr>`,
            ),
          )}
      ${this.next ? html`<p><button class="quiet" @click=${() => this.more(this.next ?? '')}>Show more</button></p>` : nothing}
      <p class="muted">Of a stopped store: ${command(`bin/hayloft volume dump ${this.volumeId}`)}</p>`;
  }
}
customElements.define('hay-volume', Volume);
