import { html, nothing } from 'lit';
import { byteRate, bytes, counted, duration, micros, number, rate } from '../format.js';
import { live } from '../live.js';
import { command, heading, legend, pill, progress, shareBar, stat, table } from '../parts.js';
import { Screen } from '../screen.js';

/** How the store is, at a glance. */
class Overview extends Screen {
  render() {
    const status = live.status;
    if (!status) {
      return html`${heading('Overview')}<p class="muted" role="status">Waiting for the first figures …</p>`;
    }
    return html`${heading('Overview')} ${this.health(status)} ${this.rates(status)}
      ${status.buckets === 0 ? this.welcome() : nothing}
      <div class="columns">${this.space(status)} ${this.holdings(status)}</div>
      ${this.jobs(status)} ${this.partitions(status)}`;
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
    const history = live.history;
    const rates = status.rates;
    const latency = status.latency;
    const quantiles = (/** @type {any} */ of) =>
      of && of.count > 0
        ? html`p50 ${micros(of.p50Micros)} · p99 ${micros(of.p99Micros)}`
        : html`<span class="muted">none in the last minute</span>`;
    return html`<section class="stats" aria-label="Rates">
      ${stat('Puts', rate(rates.putsPerSecond), { id: 'puts', history: history.map((s) => s.puts), note: latency ? quantiles(latency.put) : nothing })}
      ${stat('Gets', rate(rates.getsPerSecond), { id: 'gets', history: history.map((s) => s.gets), note: latency ? quantiles(latency.get) : nothing })}
      ${stat('Records in', rate(rates.recordsPerSecond), { id: 'records', history: history.map((s) => s.records), note: 'by ingestion' })}
      ${stat('Bytes in', byteRate(rates.bytesInPerSecond), { id: 'bytes-in', history: history.map((s) => s.bytesIn), note: 'content taken in' })}
      ${stat('Bytes out', byteRate(rates.bytesOutPerSecond), { id: 'bytes-out', history: history.map((s) => s.bytesOut), note: 'content given out' })}
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
      ${shareBar(shares, 'Space taken')} ${legend(shares)}
      <p class="muted">${bytes(status.freeBytes)} free on disk. Compaction gives dead bytes back.</p>
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
                <span><b>${job.kind}</b> ${pill(job.state)}</span>${progress(job.progress, `Job ${job.id}`)}
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
