import { html, nothing } from 'lit';
import { get } from '../api.js';
import { bytes, number, percent } from '../format.js';
import { empty, heading, legend, moment, pill, problemBox, shareBar, table, volumeMap } from '../parts.js';
import { Reloading, Screen } from '../screen.js';
import { startJob, startOnVolume } from './jobs.js';

/** Every volume with what is live and dead in it. */
class Volumes extends Reloading {
  static properties = { ...Screen.properties, volumes: { state: true }, state: { state: true } };

  constructor() {
    super();
    /** @type {any[] | null} */
    this.volumes = null;
    this.state = '';
  }

  load() {
    return this.attempt(async () => {
      this.volumes = (await get('/api/volumes')).volumes;
    });
  }

  seal() {
    return this.afterwards(startJob({
      title: 'Seal the open volumes',
      text: 'Each partition closes its open volume and goes on in a new one. Sealed volumes can be compacted and encoded.',
      kind: 'seal',
      line: () => 'bin/hayloft seal',
      json: () => ({ all: true }),
    }));
  }

  render() {
    const all = this.volumes;
    const actions = html`<button class="main" @click=${this.seal}>Seal open volumes</button>`;
    return html`${heading('Volumes', actions, 'The files of the log. Open ones grow; sealed ones never change.')}
      ${problemBox(this.problem, () => this.load())}
      ${all === null ? nothing : all.length === 0 ? empty('No volumes', 'The first write makes one.') : this.list(all)}`;
  }

  /** @param {any[]} all */
  list(all) {
    const sum = (/** @type {string} */ name) => all.reduce((total, volume) => total + volume[name], 0);
    const shares = [
      { kind: 'live', label: 'Live', value: sum('liveBytes') },
      { kind: 'dead', label: 'Dead', value: sum('deadBytes') },
    ];
    const states = [...new Set(all.map((volume) => volume.state))];
    const shown = all.filter((volume) => this.state === '' || volume.state === this.state);
    return html`<section class="panel" aria-label="All volumes">${shareBar(shares, 'All volumes')} ${legend(shares)} ${volumeMap(all)}</section>
      <div class="filters" role="group" aria-label="Show">
        ${['', ...states].map(
          (state) => html`<button class="quiet small" aria-pressed=${this.state === state} @click=${() => (this.state = state)}>
            ${state === '' ? `All ${number(all.length)}` : `${state} ${number(all.filter((volume) => volume.state === state).length)}`}
          </button>`,
        )}
      </div>
      ${table(
        'Volumes',
        html`<th>Volume</th><th>State</th><th class="wide">Live and dead</th><th class="num">Size</th><th class="num">Live</th>
          <th class="num">Dead</th><th class="num">Needles</th><th>Created</th><th>Sealed</th>
          <th><span class="hidden">Actions</span></th>`,
        shown.map((volume) => this.row(volume)),
      )}`;
  }

  /** @param {any} volume */
  row(volume) {
    const shares = [
      { kind: 'live', label: 'Live', value: volume.liveBytes },
      { kind: 'dead', label: 'Dead', value: volume.deadBytes },
    ];
    const counted = volume.liveBytes + volume.deadBytes;
    return html`<tr data-volume=${volume.id}>
      <td><a href="#/volumes/${volume.id}">${volume.id}</a></td>
      <td>${pill(volume.state)}</td>
      <td class="wide">${shareBar(shares, `Volume ${volume.id}`)}</td>
      <td class="num">${bytes(volume.bytes)}</td>
      <td class="num">${bytes(volume.liveBytes)}</td>
      <td class="num">${bytes(volume.deadBytes)}${counted > 0 ? html` <span class="muted">${percent(volume.deadBytes / counted)}</span>` : nothing}</td>
      <td class="num">${number(volume.needles)}</td>
      <td>${moment(volume.createdAt)}</td>
      <td>${moment(volume.sealedAt)}</td>
      <td class="row-actions">
        ${volume.state === 'open'
          ? nothing
          : html`<button class="quiet small" @click=${() => this.afterwards(startOnVolume('compact', volume.id))} aria-label="Compact ${volume.id}">Compact</button>
              <button class="quiet small" @click=${() => this.afterwards(startOnVolume('encode', volume.id))} aria-label="Encode ${volume.id}">Encode</button>`}
        <button class="quiet small" @click=${() => this.afterwards(startOnVolume('verify', volume.id))} aria-label="Verify ${volume.id}">Verify</button>
      </td>
    </tr>`;
  }
}
customElements.define('hay-volumes', Volumes);
