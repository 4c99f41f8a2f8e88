import { html, nothing } from 'lit';
import { bytes, counted, percent, setting } from '../format.js';
import { empty, heading, legend, pill, problemBox, shareBar, table } from '../parts.js';
import { OfVolumes } from '../screen.js';
import { isUnderWay, jobTable, jobs, startJob } from './jobs.js';

/** What compaction could give back, and what it does. */
class Compaction extends OfVolumes {
  compact() {
    return startJob({
      title: 'Compact',
      text: 'Moves what is live out of volumes with dead bytes, and gives their files back. Reads and writes go on.',
      kind: 'compact',
      fields: html`<label class="field">What
          <select name="what"><option value="policy">What policy would take</option><option value="all">Every sealed volume with anything dead</option></select></label>
        <label class="field">Only of a bucket<input name="bucket" autocomplete="off" spellcheck="false" placeholder="all buckets"></label>
        <label class="field flag">Only tell what it would do<input type="checkbox" name="dryRun"></label>`,
      line: (form) => {
        const bucket = String(form.get('bucket') ?? '').trim();
        return `bin/hayloft compact${bucket ? ` --bucket ${bucket}` : form.get('what') === 'all' ? ' --all' : ''}${form.has('dryRun') ? ' --dry-run' : ''}`;
      },
      json: (form) => {
        const bucket = String(form.get('bucket') ?? '').trim();
        return { ...(bucket ? { bucket } : { all: form.get('what') === 'all' }), dryRun: form.has('dryRun') };
      },
    });
  }

  render() {
    const actions = html`<button class="main" @click=${this.compact}>Compact …</button>`;
    const running = jobs((job) => job.kind === 'compact' && isUnderWay(job));
    const over = jobs((job) => job.kind === 'compact' && !isUnderWay(job));
    return html`${heading('Compaction', actions, 'Deletes and overwrites leave dead bytes behind; compaction gives their space back.')}
      ${problemBox(this.problem, () => this.load())} ${this.volumes === null ? nothing : this.estimate(this.volumes)}
      <h2 class="section">Under way</h2>
      ${running.length === 0 ? html`<p class="muted">No compaction runs.</p>` : jobTable(running, 'Compactions under way')}
      ${this.volumes === null ? nothing : this.queue(this.volumes)}
      ${over.length === 0 ? nothing : html`<h2 class="section">History</h2>${jobTable(over, 'Compactions that are over')}`}`;
  }

  ratio() {
    return Number(this.settings.get('compaction.deadRatio') ?? '0.25');
  }

  /** @param {any} volume */
  dead(volume) {
    return volume.bytes === 0 ? 0 : volume.deadBytes / volume.bytes;
  }

  /** @param {any[]} volumes */
  estimate(volumes) {
    const sealed = volumes.filter((volume) => volume.state === 'sealed');
    const due = sealed.filter((volume) => this.dead(volume) >= this.ratio());
    const sum = (/** @type {any[]} */ of, /** @type {string} */ name) => of.reduce((total, each) => total + each[name], 0);
    const shares = [
      { kind: 'live', label: 'Live', value: sum(volumes, 'liveBytes') },
      { kind: 'dead', label: 'Dead in sealed volumes', value: sum(sealed, 'deadBytes') },
      { kind: 'waiting', label: 'Dead in open volumes', value: sum(volumes, 'deadBytes') - sum(sealed, 'deadBytes') },
    ];
    return html`<section class="panel" aria-label="Estimate">
      <h2>${due.length === 0 ? 'Nothing is due' : `${counted(due.length, 'volume')} due, about ${bytes(sum(due, 'deadBytes'))} to be given back`}</h2>
      ${shareBar(shares, 'Space')} ${legend(shares)}
      <p class="muted">Automatic: ${this.settings.get('compaction.automatic') === 'true' ? 'on' : 'off'}. A sealed volume is due when
        ${percent(this.ratio())} of it is dead. Pace: at most ${setting(this.settings.get('compaction.bytesPerSecond'))} a second. Set by
        <code>compaction.*</code> in <code>config.yml</code>.</p>
      ${shares[2].value > 0 && shares[2].value >= shares[1].value
        ? html`<p class="muted">An open volume is compacted once it is sealed: when it is full, or by
            <em>Seal open volumes</em> under <a href="#/volumes">Volumes</a>.</p>`
        : nothing}
    </section>`;
  }

  /** @param {any[]} volumes */
  queue(volumes) {
    const worth = volumes
      .filter((volume) => volume.deadBytes > 0)
      .sort((a, b) => this.dead(b) - this.dead(a))
      .slice(0, 50);
    return html`<h2 class="section">Most dead first</h2>
      ${worth.length === 0
        ? empty('Nothing is dead', 'Every byte in the volumes belongs to something that can be read.')
        : table(
            'Volumes with dead bytes',
            html`<th>Volume</th><th>State</th><th class="wide">Live and dead</th><th class="num">Dead</th><th class="num">Share</th>`,
            worth.map(
              (volume) => html`<tr>
                <td><a href="#/volumes/${volume.id}">${volume.id}</a></td>
                <td>${pill(volume.state)}</td>
                <td class="wide">${shareBar(
                  [
                    { kind: 'live', label: 'Live', value: volume.liveBytes },
                    { kind: 'dead', label: 'Dead', value: volume.deadBytes },
                  ],
                  `Volume ${volume.id}`,
                )}</td>
                <td class="num">${bytes(volume.deadBytes)}</td>
                <td class="num">${percent(this.dead(volume))}</td>
              </tr>`,
            ),
          )}`;
  }
}
customElements.define('hay-compaction', Compaction);
