import { html, nothing } from 'lit';
import { ask, say } from '../ask.js';
import { call, get } from '../api.js';
import { bytes, counted, duration, number, shellWord } from '../format.js';
import { live } from '../live.js';
import { empty, heading, moment, pill, problemBox, progress, table } from '../parts.js';
import { Screen } from '../screen.js';

/** Jobs that are not over yet have one of these states. */
const UNDER_WAY = ['queued', 'running', 'paused'];

/** @param {any} job */
export function isUnderWay(job) {
  return UNDER_WAY.includes(job.state);
}

/**
 * Begins a job, after showing what it is.
 *
 * @param {{ title: string, text: unknown, kind: string, line: (form: FormData) => string, fields?: unknown,
 *   json?: (form: FormData) => object }} what
 */
export function startJob(what) {
  return ask({
    title: what.title,
    text: what.text,
    label: 'Start',
    fields: what.fields,
    command: what.line,
    run: async (form) => {
      const job = await call('POST', '/api/jobs', { json: { kind: what.kind, ...what.json?.(form) } });
      say(`Job ${job.id} has begun: ${kindOf(job)}.`);
      return job;
    },
  });
}

/** What can be done to one volume. @type {Record<string, { title: string, text: string, kind: string, line: string }>} */
const ON_VOLUME = {
  compact: { title: 'Compact', text: 'Moves what is live to new volumes and gives this one back.', kind: 'compact', line: 'compact --volume' },
  encode: { title: 'Encode', text: 'Writes parity for this volume.', kind: 'encode', line: 'encode --volume' },
  verify: { title: 'Verify', text: 'Reads the whole volume and checks every checksum.', kind: 'scrub', line: 'volume verify' },
};

/** Asks, and begins a job on one volume. @param {'compact' | 'encode' | 'verify'} verb @param {string} id */
export function startOnVolume(verb, id) {
  const what = ON_VOLUME[verb];
  return startJob({
    title: `${what.title} ${id}`,
    text: what.text,
    kind: what.kind,
    line: () => `bin/hayloft ${what.line} ${id}`,
    json: () => ({ volume: id }),
  });
}

/** @param {any} job @param {'pause' | 'resume' | 'cancel'} verb */
async function control(job, verb) {
  await ask({
    title: `${verb[0].toUpperCase()}${verb.slice(1)} job ${job.id}`,
    text: verb === 'cancel' ? 'What it has done so far stays done; nothing is left half done.' : undefined,
    label: verb === 'cancel' ? 'Cancel the job' : verb === 'pause' ? 'Pause' : 'Resume',
    danger: verb === 'cancel',
    command: () => `bin/hayloft job ${verb} ${job.id}`,
    run: () => (verb === 'cancel' ? call('DELETE', `/api/jobs/${job.id}`) : call('POST', `/api/jobs/${job.id}/${verb}`)),
  });
}

/** @type {Record<string, string>} */
const KINDS = {
  compact: 'Compaction',
  seal: 'Sealing',
  encode: 'Encoding',
  scrub: 'Scrub',
  repair: 'Repair',
  backup: 'Backup',
  'rebuild-index': 'Index rebuild',
};

/** What a job is, for people. @param {any} job */
export function kindOf(job) {
  return KINDS[job.kind] ?? job.kind;
}

/** What figures of results are called behind the figure. @type {Record<string, (value: any) => string>} */
const RESULTS = {
  volumes: (value) => counted(value, 'volume'),
  movedBytes: (value) => `${bytes(value)} moved`,
  reclaimedBytes: (value) => `${bytes(value)} given back`,
  writtenBytes: (value) => `${bytes(value)} written`,
  checkedBytes: (value) => `${bytes(value)} checked`,
  copiedBytes: (value) => `${bytes(value)} copied`,
  lostBytes: (value) => (value === 0 ? '' : `${bytes(value)} lost`),
  damagedVolumes: (value) => (value.length === 0 ? '' : `${counted(value.length, 'volume')} damaged: ${value.join(', ')}`),
  bytes: (value) => bytes(value),
  files: (value) => counted(value, 'file'),
  entries: (value) => counted(value, 'entry', 'entries'),
  partitions: (value) => counted(value, 'partition'),
  repaired: (value) => `${counted(value, 'shard')} made whole`,
  damaged: (value) => (value.length === 0 ? 'nothing damaged' : `${counted(value.length, 'place')} damaged`),
  lost: (value) => (value.length === 0 ? 'no key lost' : `${counted(value.length, 'key')} lost`),
  hintsWritten: (value) => (value === 0 ? '' : `${counted(value, 'hint file')} written`),
  indexMissing: (value) => (value.length === 0 ? '' : `${counted(value.length, 'key')} missing in the index`),
  indexOrphans: (value) => (value === 0 ? '' : `${counted(value, 'index entry', 'index entries')} too many`),
  orphans: (value) => (value.length === 0 ? '' : `${counted(value.length, 'file')} that belong to nothing`),
  unwritten: (value) =>
    value.length === 0 ? '' : `shards not written in ${value.map((/** @type {any} */ each) => `${each.folder} (${each.reason})`).join(', ')}`,
  records: (value) => `${counted(value, 'record')} of the store put back from their copy`,
  keysCut: (value) => (value ? 'more keys than are named' : ''),
  refused: (value) => (value.length === 0 ? '' : `${counted(value.length, 'volume')} refused`),
};

/** What a finished job brought, in words. @param {any} job */
export function resultOf(job) {
  if (job.error) {
    return html`<span class="bad">${typeof job.error === 'string' ? job.error : (job.error.detail ?? JSON.stringify(job.error))}</span>`;
  }
  if (!job.result) {
    return nothing;
  }
  const order = Object.keys(RESULTS);
  return Object.entries(job.result)
    .sort(([a], [b]) => (order.indexOf(a) + 1 || 99) - (order.indexOf(b) + 1 || 99))
    .map(([name, value]) => {
      if (RESULTS[name] && (typeof value !== 'object' || Array.isArray(value))) {
        return RESULTS[name](value);
      }
      const words = name.replace(/([A-Z])/g, ' $1').toLowerCase();
      if (Array.isArray(value)) {
        return `${words} ${value.length === 0 ? 'none' : value.length}`;
      }
      return `${words} ${typeof value !== 'number' ? JSON.stringify(value) : /bytes/i.test(name) ? bytes(value) : number(value)}`;
    })
    .filter((part) => part !== '')
    .join(', ');
}

/** A list of jobs, newest first. @param {any[]} jobs @param {string} label */
export function jobTable(jobs, label) {
  return table(
    label,
    html`<th>Job</th><th>Kind</th><th>State</th><th>Progress</th><th>Detail and result</th><th>Begun</th><th class="num">Took</th>
      <th><span class="hidden">Actions</span></th>`,
    jobs.map((job) => {
      const end = job.finishedAt ? new Date(job.finishedAt) : new Date();
      const took = job.startedAt ? duration((end.getTime() - new Date(job.startedAt).getTime()) / 1000) : '–';
      return html`<tr data-job=${job.id}>
        <td>${job.id}</td>
        <td>${kindOf(job)}</td>
        <td>${pill(job.state)}</td>
        <td>${isUnderWay(job) ? progress(job.progress, `Job ${job.id}`) : html`<span class="muted">${bytes(job.bytesDone)}</span>`}</td>
        <td class="text">${isUnderWay(job) || !job.result ? job.detail : nothing} ${resultOf(job)}</td>
        <td>${moment(job.startedAt ?? job.createdAt)}</td>
        <td class="num">${took}</td>
        <td class="row-actions">
          ${isUnderWay(job)
            ? html`${job.state === 'paused'
                  ? html`<button class="quiet small" @click=${() => control(job, 'resume')} aria-label="Resume job ${job.id}">Resume</button>`
                  : html`<button class="quiet small" @click=${() => control(job, 'pause')} aria-label="Pause job ${job.id}">Pause</button>`}
                <button class="quiet small" @click=${() => control(job, 'cancel')} aria-label="Cancel job ${job.id}">Cancel</button>`
            : nothing}
        </td>
      </tr>`;
    }),
  );
}

/** All jobs known, newest first. @param {(job: any) => boolean} [only] */
export function jobs(only = () => true) {
  return [...live.jobs.values()].filter(only).sort((a, b) => Number(b.id) - Number(a.id));
}

/** What runs, waits and has run. */
class Jobs extends Screen {
  connectedCallback() {
    super.connectedCallback();
    this.attempt(() => live.loadJobs());
  }

  backup() {
    return startJob({
      title: 'Backup',
      text: 'A copy of the whole store, true at one moment, into a folder on the server’s machine. Reads and writes go on.',
      kind: 'backup',
      fields: html`<label class="field">Folder on the server<input name="directory" required autocomplete="off" spellcheck="false" autofocus></label>`,
      line: (form) => `bin/hayloft backup ${shellWord(String(form.get('directory') ?? '') || 'DIR')}`,
      json: (form) => ({ directory: String(form.get('directory') ?? '') }),
    });
  }

  rebuild() {
    return startJob({
      title: 'Rebuild the index',
      text: 'The index is a view of the log: it is made anew beside the old one, which serves meanwhile.',
      kind: 'rebuild-index',
      line: () => 'bin/hayloft index rebuild',
    });
  }

  render() {
    const all = jobs();
    const running = all.filter(isUnderWay);
    const over = all.filter((job) => !isUnderWay(job));
    const actions = html`<button class="quiet" @click=${this.rebuild}>Rebuild index</button>
      <button class="main" @click=${this.backup}>Backup</button>`;
    return html`${heading('Jobs', actions, 'Work in the background. It can be paused and cancelled at any moment without harm.')}
      ${problemBox(this.problem, () => this.attempt(() => live.loadJobs()))}
      <h2 class="section">Under way</h2>
      ${running.length === 0 ? html`<p class="muted">Nothing runs and nothing waits.</p>` : jobTable(running, 'Jobs under way')}
      <h2 class="section">History</h2>
      ${over.length === 0
        ? empty('No job has ended yet', 'Compaction, encoding, scrubs, repairs and backups are listed here when they are over.')
        : jobTable(over, 'History of jobs')}`;
  }
}
customElements.define('hay-jobs', Jobs);
