import { html, nothing } from 'lit';
import { send } from '../api.js';
import { bytes, counted, number, setting } from '../format.js';
import { live } from '../live.js';
import { empty, heading, moment, pill, problemBox, table } from '../parts.js';
import { OfVolumes } from '../screen.js';
import { isUnderWay, jobTable, jobs, startJob } from './jobs.js';
import { metric } from './streams.js';

const KINDS = ['encode', 'scrub', 'repair'];

/** How many more shards a volume can lose. @param {any} volume */
function spare(volume) {
  const parity = volume.shards.filter((/** @type {any} */ shard) => shard.kind === 'parity').length;
  const lost = volume.shards.filter((/** @type {any} */ shard) => shard.state !== 'ok').length;
  return parity - lost;
}

/** What stands between a lost disk and lost data. */
class Erasure extends OfVolumes {
  static properties = { ...OfVolumes.properties, metrics: { state: true } };

  constructor() {
    super();
    this.metrics = '';
  }

  load() {
    send('GET', '/metrics').then((answer) => answer.text()).then((page) => (this.metrics = page), () => {}); // The rest says what is wrong.
    return super.load();
  }

  encode() {
    return startJob({
      title: 'Encode sealed volumes',
      text: 'Writes parity for every sealed volume, so that lost shards can be computed again.',
      kind: 'encode',
      line: () => 'bin/hayloft encode --all',
      json: () => ({ all: true }),
    });
  }

  scrub() {
    return startJob({
      title: 'Scrub',
      text: 'Reads everything, at the pace of scrub.bytesPerSecond, and checks every checksum.',
      kind: 'scrub',
      line: () => 'bin/hayloft scrub',
    });
  }

  repair() {
    return startJob({
      title: 'Repair',
      text: 'Computes missing and damaged shards from the others, those with the least left first.',
      kind: 'repair',
      line: () => 'bin/hayloft repair',
    });
  }

  render() {
    const actions = html`<button class="quiet" @click=${this.encode}>Encode</button>
      <button class="quiet" @click=${this.scrub}>Scrub</button><button class="main" @click=${this.repair}>Repair</button>`;
    const mine = jobs((job) => KINDS.includes(job.kind));
    const running = mine.filter(isUnderWay);
    const scrub = mine.find((job) => job.kind === 'scrub' && job.state === 'done');
    return html`${heading('Erasure coding', actions, 'Parity shards from which lost ones are computed again.')}
      ${problemBox(this.problem, () => this.load())} 
      ${this.volumes === null ? nothing : html`<div class="columns">${this.levels(this.volumes)} ${this.degraded()} ${this.upkeep()}</div>`}
      ${running.length === 0 ? nothing : html`<h2 class="section">Under way</h2>${jobTable(running, 'Jobs under way')}`}
      <h2 class="section">Last scrub</h2>
      ${scrub ? this.scrubResult(scrub) : html`<p class="muted">No scrub has ended since the server keeps jobs. One runs by itself every ${setting(this.settings.get('scrub.every') ?? '7d')}.</p>`}
      ${this.volumes === null ? nothing : this.list(this.volumes)}
      ${mine.some((job) => !isUnderWay(job))
        ? html`<h2 class="section">History</h2>${jobTable(mine.filter((job) => !isUnderWay(job)), 'History')}`
        : nothing}`;
  }

  /** Volumes by what they can still lose. @param {any[]} volumes */
  levels(volumes) {
    const encoded = volumes.filter((volume) => volume.shards.some((/** @type {any} */ shard) => shard.kind === 'parity'));
    const bare = volumes.length - encoded.length;
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const volume of encoded) {
      counts.set(spare(volume), (counts.get(spare(volume)) ?? 0) + 1);
    }
    const rows = [...counts].sort((a, b) => a[0] - b[0]);
    return html`<section class="panel" aria-label="Redundancy">
      <h2>What can be lost</h2>
      <dl class="facts">
        ${rows.map(
          ([left, count]) => html`<div>
            <dt>${left < 0 ? html`<b class="bad">More is lost than parity covers</b>` : left === 0 ? html`<b class="bad">Nothing more</b>` : `Any ${counted(left, 'shard')} more`}</dt>
            <dd>${counted(count, 'volume')}</dd>
          </div>`,
        )}
        <div><dt>Not encoded: one copy</dt><dd>${counted(bare, 'volume')}</dd></div>
      </dl>
      <p class="muted">New codings have ${this.settings.get('erasure.dataShards')} data and ${this.settings.get('erasure.parityShards')}
        parity shards; a sealed volume is encoded after ${setting(this.settings.get('erasure.after'))} without change
        (automatic: ${this.settings.get('erasure.automatic') === 'true' ? 'on' : 'off'}).</p>
    </section>`;
  }

  /** Reads that went around damage, since the start of the server. */
  degraded() {
    const figure = (/** @type {string} */ name) => metric(this.metrics, name) ?? 0;
    const lost = figure('hayloft_lost_ranges_total');
    return html`<section class="panel" aria-label="Degraded reads">
      <h2>Degraded reads</h2>
      <dl class="facts">
        <div><dt>Damaged ranges made again for a read</dt><dd data-figure="rebuilt">${number(figure('hayloft_rebuilt_ranges_total'))}</dd></div>
        <div><dt>Bytes in them</dt><dd>${bytes(figure('hayloft_rebuilt_bytes_total'))}</dd></div>
        <div><dt>Reads answered by a range made before</dt><dd>${number(figure('hayloft_rebuilt_cached_total'))}</dd></div>
        <div><dt>Ranges that could not be made again</dt><dd>${lost === 0 ? 'none' : html`<b class="bad">${number(lost)}</b>`}</dd></div>
      </dl>
      <p class="muted">Since the start of the server. A range that is made again costs ${this.settings.get('erasure.dataShards')} reads: scrub, then repair.</p>
    </section>`;
  }

  /** When everything was last looked at, and put right. */
  upkeep() {
    const { lastScrub: scrub, lastRepair: repair } = live.status ?? {};
    const lost = (/** @type {number} */ keys) => (keys === 0 ? 'none' : html`<b class="bad">${number(keys)}</b>`);
    return html`<section class="panel" aria-label="Upkeep">
      <h2>Upkeep</h2>
      <dl class="facts">
        <div><dt>Last whole scrub</dt><dd data-figure="last-scrub">${scrub ? moment(scrub.endedAt) : 'never'}</dd></div>
        ${scrub
          ? html`<div><dt>Bytes checked</dt><dd>${bytes(scrub.checkedBytes)}</dd></div>
              <div><dt>Damaged places found</dt><dd>${lost(scrub.damages)}</dd></div>
              <div><dt>Keys lost</dt><dd>${lost(scrub.lostKeys)}</dd></div>`
          : nothing}
        <div><dt>Last repair</dt><dd data-figure="last-repair">${repair ? moment(repair.endedAt) : 'never'}</dd></div>
        ${repair
          ? html`<div><dt>Shards made whole</dt><dd>${number(repair.repairedShards)}</dd></div>
              <div><dt>Keys it could not save</dt><dd>${lost(repair.lostKeys)}</dd></div>`
          : nothing}
      </dl>
    </section>`;
  }

  /** @param {any} job */
  scrubResult(job) {
    const damaged = job.result?.damaged ?? [];
    return damaged.length === 0
      ? html`<p class="sentence ok">${bytes(job.result?.checkedBytes ?? job.bytesDone)} were checked, and all of it was right.</p>`
      : html`<div class="sentence ill" role="alert">
          <p>${counted(damaged.length, 'place')} did not pass; a repair mends what parity covers.</p>
          <ul>
            ${damaged.slice(0, 20).map(
              (/** @type {any} */ each) => html`<li>Volume ${each.volume}${each.shard === null || each.shard === undefined ? '' : `, shard ${each.shard}`},
                at ${number(each.offset ?? 0)} B${each.keys?.length ? `: ${each.keys.map((/** @type {any} */ k) => `${k.bucket}/${k.key}`).join(', ')}` : ''}</li>`,
            )}
          </ul>
          ${job.result?.keysCut ? html`<p>More keys suffer than are named here.</p>` : nothing}
        </div>`;
  }

  /** @param {any[]} volumes */
  list(volumes) {
    const coded = volumes.filter((volume) => volume.shards.length > 1 || volume.state === 'damaged').sort((a, b) => spare(a) - spare(b));
    return html`<h2 class="section">Encoded volumes</h2>
      ${coded.length === 0
        ? empty('No volume has parity yet', 'Sealed volumes are encoded when they have been left alone for a while, or when you start it.')
        : table(
            'Encoded volumes',
            html`<th>Volume</th><th>State</th><th class="wide">Shards</th><th class="num">Can lose</th><th class="num">Parity</th>`,
            coded.map(
              (volume) => html`<tr>
                <td><a href="#/volumes/${volume.id}">${volume.id}</a></td>
                <td>${pill(volume.state)}</td>
                <td class="wide">${shardMap(volume)}</td>
                <td class="num">${Math.max(0, spare(volume))}</td>
                <td class="num">${bytes(volume.shards.filter((/** @type {any} */ s) => s.kind === 'parity').reduce((/** @type {number} */ sum, /** @type {any} */ s) => sum + s.length, 0))}</td>
              </tr>`,
            ),
          )}`;
  }
}
customElements.define('hay-erasure', Erasure);

/** A square for each shard. @param {any} volume */
export function shardMap(volume) {
  const said = volume.shards.map((/** @type {any} */ shard) => `${shard.kind} ${shard.index} ${shard.state}`).join(', ');
  return html`<span class="shards" role="img" aria-label="Shards: ${said}">
    ${volume.shards.map((/** @type {any} */ shard) => html`<span class="shard ${shard.kind} ${shard.state}" title="${shard.kind} ${shard.index}: ${shard.state}, ${shard.path}"></span>`)}
  </span>`;
}
