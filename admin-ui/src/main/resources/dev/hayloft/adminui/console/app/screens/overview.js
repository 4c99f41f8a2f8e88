import { html, nothing } from 'lit';
import { get } from '../api.js';
import '../chart.js';
import { byteRate, bytes, counted, duration, micros, number, rate } from '../format.js';
import { HISTORY_SECONDS, live } from '../live.js';
import { command, heading, legend, pill, progress, ring, stat, table, volumeMap } from '../parts.js';
import { Reloading, Screen } from '../screen.js';
import { kindOf } from './jobs.js';

/** What the charts show: as little as has all there is. */
const SPANS = [60, 120, 300, HISTORY_SECONDS];

/** @typedef {import('../chart.js').Series} Series @typedef {import('../live.js').Sample} Sample */

/** How the store is, at a glance. */
class Overview extends Reloading {
  static properties = { ...Screen.properties, volumes: { state: true } };

  constructor() {
    super();
    this.reloadMillis = 15_000; // The figures come by themselves; of thousands of volumes this is much.
    /** @type {any[]} */
    this.volumes = [];
  }

  load() {
    return this.attempt(async () => {
      this.volumes = (await get('/api/volumes')).volumes;
    });
  }

  render() {
    const status = live.status;
    if (!status) {
      return html`${heading('Overview')}<p class="muted" role="status">Waiting for the first figures …</p>`;
    }
    return html`${heading('Overview')} ${this.health(status)} ${this.rates(status)}
      ${status.buckets === 0 ? this.welcome() : nothing}
      ${this.charts()} ${this.jobs(status)}
      <div class="columns">${this.space(status)} ${this.holdings(status)}</div>
      ${this.partitions(status)}`;
  }

  /** @param {any} status */
  health(status) {
    return status.health.healthy
      ? html`<p class="sentence ok">Everything is well: ${counted(status.partitions.length, 'partition')} take writes,
          ${bytes(status.freeBytes)} are free, up for ${duration(status.uptimeSeconds)}.</p>`
      : html`<div class="sentence ill" role="alert">
          ${status.health.problems.map((/** @type {string} */ problem) => html`<p>${problem}</p>`)}
        </div>`;
  }

  /** @param {any} status */
  rates(status) {
    const rates = status.rates;
    const latency = status.latency;
    const quantiles = (/** @type {any} */ of) =>
      of && of.count > 0
        ? html`p50 ${micros(of.p50Micros)} · p99 ${micros(of.p99Micros)}`
        : html`<span class="muted">none in the last minute</span>`;
    return html`<section class="stats" aria-label="Rates">
      ${stat('Puts', rate(rates.putsPerSecond), { id: 'puts', note: latency ? quantiles(latency.put) : nothing })}
      ${stat('Gets', rate(rates.getsPerSecond), { id: 'gets', note: latency ? quantiles(latency.get) : nothing })}
      ${stat('Records in', rate(rates.recordsPerSecond), { id: 'records', note: 'by ingestion' })}
      ${stat('Bytes in', byteRate(rates.bytesInPerSecond), { id: 'bytes-in', note: 'content taken in' })}
      ${stat('Bytes out', byteRate(rates.bytesOutPerSecond), { id: 'bytes-out', note: 'content given out' })}
    </section>`;
  }

  charts() {
    /** @type {(name: string, kind: string, of: keyof Sample) => Series} */
    const series = (name, kind, of) => ({ name, kind, values: live.history.map((sample) => sample[of]) });
    const seconds = SPANS.find((span) => span >= live.history.length) ?? HISTORY_SECONDS;
    return html`<section class="charts" aria-label="The last minutes">
      <hay-chart label="Operations" least="10" .seconds=${seconds} .form=${(/** @type {number} */ value) => rate(value)}
        .series=${[series('Puts', 'put', 'puts'), series('Gets', 'get', 'gets'), series('Records', 'record', 'records')]}></hay-chart>
      <hay-chart label="Latency, p99" least="1000" .seconds=${seconds} .form=${(/** @type {number} */ value) => (value === 0 ? 'none' : micros(value))}
        .series=${[series('Put', 'put', 'putP99Micros'), series('Get', 'get', 'getP99Micros')]}></hay-chart>
      <hay-chart label="Content" binary least="1024" .seconds=${seconds} .form=${byteRate}
        .series=${[series('In', 'put', 'bytesIn'), series('Out', 'get', 'bytesOut')]}></hay-chart>
    </section>`;
  }

  welcome() {
    return html`<section class="panel">
      <h2>Nothing is stored yet</h2>
      <p>Make a first bucket under <a href="#/buckets">Buckets</a>, or on the command line:</p>
      <p>${command('bin/hayloft bucket create photos')}</p>
      <p>${command('bin/hayloft put hay.jpg photos/2026/hay.jpg')}</p>
    </section>`;
  }

  /** @param {any} status */
  space(status) {
    const shares = [
      { kind: 'live', label: 'Live', value: status.liveBytes },
      { kind: 'dead', label: 'Dead', value: status.deadBytes },
      { kind: 'parity', label: 'Parity', value: status.parityBytes },
    ];
    return html`<section class="panel" aria-label="Space">
      <h2>Space</h2>
      <div class="ringed">${ring(shares, 'stored')}
        <div>${legend(shares)}<p class="muted">${bytes(status.freeBytes)} free on disk. Compaction gives dead bytes back.</p></div>
      </div>
      ${this.volumes.length === 0 ? nothing : volumeMap(this.volumes)}
    </section>`;
  }

  /** @param {any} status */
  holdings(status) {
    const volumes = status.volumes;
    const rows = [
      ['Buckets', number(status.buckets)],
      ['Objects', number(status.objects)],
      ['Content as written', bytes(status.logicalBytes)],
      ['Stored, with headers', bytes(status.storedBytes)],
      ['Saved by storing equal content once', bytes(status.savedBytes)],
      ['Volumes', html`${number(volumes.open)} open · ${number(volumes.sealed)} sealed · ${number(volumes.encoded)} encoded`],
      ['Damaged volumes', volumes.damaged === 0 ? 'none' : html`<b class="bad">${number(volumes.damaged)}</b>`],
    ];
    return html`<section class="panel" aria-label="Holdings">
      <h2>Holdings</h2>
      <dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    </section>`;
  }

  /** @param {any} status */
  jobs(status) {
    return status.jobs.length === 0
      ? nothing
      : html`<section class="panel" aria-label="Jobs under way">
          <h2>Under way</h2>
          <ul class="plain">
            ${status.jobs.map(
              (/** @type {any} */ job) => html`<li class="row">
                <span><b>${kindOf(job)}</b> ${pill(job.state)}</span>${progress(job.progress, `Job ${job.id}`)}
                <span class="muted">${job.detail}</span>
              </li>`,
            )}
          </ul>
        </section>`;
  }

  /** @param {any} status */
  partitions(status) {
    return html`<section class="panel" aria-label="Partitions">
      <h2>Partitions</h2>
      ${table(
        'Partitions',
        html`<th>Partition</th><th>State</th><th>Open volume</th>`,
        status.partitions.map(
          (/** @type {any} */ partition) => html`<tr>
            <td>${partition.id}</td>
            <td>${pill(partition.state)}</td>
            <td><a href="#/volumes/${partition.openVolume}">${partition.openVolume}</a></td>
          </tr>`,
        ),
      )}
    </section>`;
  }
}
customElements.define('hay-overview', Overview);
