import { html, nothing } from 'lit';
import { ask, say } from '../ask.js';
import { call, get, send } from '../api.js';
import { bytes, number } from '../format.js';
import { command, heading, moment, pill, problemBox, table } from '../parts.js';
import { Screen } from '../screen.js';

const LEVELS = ['off', 'error', 'warn', 'info', 'debug', 'trace'];

/** The process itself: settings in force, levels of the log, threads, a bundle for whoever helps. */
class System extends Screen {
  static properties = {
    ...Screen.properties,
    settings: { state: true },
    levels: { state: true },
    threads: { state: true },
    recordings: { state: true },
    health: { state: true },
    search: { state: true },
  };

  constructor() {
    super();
    /** @type {any[] | null} */
    this.settings = null;
    /** @type {any[]} */
    this.levels = [];
    this.threads = '';
    /** @type {any[]} */
    this.recordings = [];
    /** @type {Record<string, { healthy: boolean, message: string | null }>} */
    this.health = {};
    this.search = '';
    this.timer = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.load();
    this.timer = setInterval(() => this.reload(), 3000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  load() {
    return this.attempt(async () => {
      const [config, levels] = await Promise.all([get('/api/config'), get('/api/log-levels')]);
      this.settings = config.settings;
      this.levels = levels.levels;
      await this.reload();
    });
  }

  async reload() {
    try {
      this.recordings = (await get('/api/recordings')).recordings;
      const answer = await fetch('/healthcheck', { cache: 'no-store' }); // 500 is an answer here.
      this.health = await answer.json();
    } catch {
      // The head of the page says that the server does not answer.
    }
  }

  async level() {
    const done = await ask({
      title: 'Level of a logger',
      text: 'Holds until the next start, which begins with log.level again.',
      label: 'Set',
      fields: html`<label class="field">Logger<input name="logger" value="dev.hayloft" required autocomplete="off" spellcheck="false" list="loggers" autofocus></label>
        <datalist id="loggers">${['ROOT', 'dev.hayloft', 'dev.hayloft.api', 'dev.hayloft.store', 'dev.hayloft.log', 'org.eclipse.jetty'].map((name) => html`<option value=${name}></option>`)}</datalist>
        <label class="field">Level<select name="level">${LEVELS.map((level) => html`<option ?selected=${level === 'debug'}>${level}</option>`)}</select></label>`,
      command: (form) => `bin/hayloft log-level ${form.get('logger') ?? 'dev.hayloft'} ${form.get('level') ?? 'debug'}`,
      run: (form) => call('PUT', '/api/log-levels', { json: { logger: form.get('logger'), level: form.get('level') } }),
    });
    if (done !== undefined) {
      this.levels = done.levels;
      say('The level is set.');
    }
  }

  async record() {
    const done = await ask({
      title: 'Record the JVM',
      text: 'The flight recorder notes what processors, heap and locks do, at a cost of a percent or two. Open the file with JDK Mission Control.',
      label: 'Record',
      fields: html`<label class="field">For<select name="seconds">
        <option value="10">10 seconds</option><option value="60" selected>1 minute</option><option value="600">10 minutes</option></select></label>`,
      command: (form) => `bin/hayloft record --seconds ${form.get('seconds') ?? 60} FILE.jfr`,
      run: (form) => call('POST', '/api/recordings', { json: { seconds: Number(form.get('seconds')) } }),
    });
    if (done !== undefined) {
      this.reload();
    }
  }

  async showThreads() {
    await this.attempt(async () => {
      this.threads = await (await send('GET', '/api/threads')).text();
    });
  }

  render() {
    const actions = html`<a class="button main" href="/api/diagnostics" download="hayloft-diagnostics.zip">Diagnostics bundle</a>`;
    return html`${heading('System', actions, html`One file for whoever helps; without secrets or content: ${command('bin/hayloft diagnostics FILE.zip')}`)}
      ${problemBox(this.problem, () => this.load())} ${this.checks()} ${this.logging()} ${this.recorder()} ${this.threadDump()} ${this.config()}`;
  }

  checks() {
    const all = Object.entries(this.health);
    return all.length === 0
      ? nothing
      : html`<section class="panel" aria-label="Health checks">
          <h2>Health checks</h2>
          <ul class="plain">
            ${all.map(
              ([name, check]) => html`<li class="row"><span><b>${name}</b> ${pill(check.healthy ? 'ok' : 'failed')}</span>
                <span>${check.message ?? ''}</span></li>`,
            )}
          </ul>
        </section>`;
  }

  logging() {
    return html`<section class="panel" aria-label="Log levels">
      <h2>Log levels</h2>
      <dl class="facts">${this.levels.map((each) => html`<div data-logger=${each.logger}><dt>${each.logger}</dt><dd>${each.level}</dd></div>`)}</dl>
      <p><button class="quiet" @click=${this.level}>Set a level …</button></p>
    </section>`;
  }

  recorder() {
    return html`<section class="panel" aria-label="Flight recordings">
      <h2>Flight recordings</h2>
      ${this.recordings.length === 0
        ? html`<p class="muted">None. Record when the server is slow and nobody knows why.</p>`
        : html`<ul class="plain">
            ${this.recordings.map(
              (each) => html`<li class="row"><span>Recording ${each.id} ${pill(each.state)} ${moment(each.startedAt)}, ${number(each.seconds)} s, ${bytes(each.bytes)}</span>
                <a class="button quiet small" href="/api/recordings/${each.id}" download="hayloft-${each.id}.jfr">Download</a></li>`,
            )}
          </ul>`}
      <p><button class="quiet" @click=${this.record}>Record …</button></p>
    </section>`;
  }

  threadDump() {
    return html`<section class="panel" aria-label="Threads">
      <h2>Threads</h2>
      ${this.threads === '' ? nothing : html`<pre class="preview" tabindex="0" aria-label="Threads">${this.threads}</pre>`}
      <p><button class="quiet" @click=${this.showThreads}>${this.threads === '' ? 'Show what every thread does' : 'Look again'}</button></p>
    </section>`;
  }

  config() {
    const shown = (this.settings ?? []).filter((each) => each.name.toLowerCase().includes(this.search.toLowerCase()));
    return this.settings === null
      ? nothing
      : html`<h2 class="section">Settings in force</h2>
          <div class="filters"><input type="search" placeholder="Search settings" aria-label="Search settings"
            @input=${(/** @type {any} */ event) => (this.search = event.target.value)}></div>
          ${table(
            'Settings',
            html`<th>Setting</th><th>Value</th><th>Default</th>`,
            shown.map(
              (each) => html`<tr data-setting=${each.name}>
                <td><code>${each.name}</code></td>
                <td class="text">${each.value === each.default ? each.value || html`<span class="muted">none</span>` : html`<b>${each.value}</b>`}</td>
                <td class="text muted">${each.default || 'none'}</td>
              </tr>`,
            ),
          )}`;
  }
}
customElements.define('hay-system', System);
