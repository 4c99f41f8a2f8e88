// The frame of the console: signing in, the way around, and the screen that the address names.

import { LitElement, html, nothing } from 'lit';
import './ask.js';
import { Problem, call, get, session } from './api.js';
import { duration } from './format.js';
import { live } from './live.js';
import { problemBox } from './parts.js';
import { current } from './route.js';
import './screens/buckets.js';
import './screens/compaction.js';
import './screens/erasure.js';
import './screens/jobs.js';
import './screens/objects.js';
import './screens/overview.js';
import './screens/streams.js';
import './screens/system.js';
import './screens/users.js';
import './screens/volume.js';
import './screens/volumes.js';

/** @type {{ name: string, title: string, key: string }[]} */
const SCREENS = [
  { name: 'overview', title: 'Overview', key: 'o' },
  { name: 'buckets', title: 'Buckets', key: 'b' },
  { name: 'volumes', title: 'Volumes', key: 'v' },
  { name: 'compaction', title: 'Compaction', key: 'c' },
  { name: 'erasure', title: 'Erasure coding', key: 'e' },
  { name: 'streams', title: 'Streams', key: 's' },
  { name: 'jobs', title: 'Jobs', key: 'j' },
  { name: 'users', title: 'Users and keys', key: 'u' },
  { name: 'system', title: 'System', key: 'y' },
];

class HayConsole extends LitElement {
  static properties = {
    state: { state: true },
    who: { state: true },
    problem: { state: true },
    busy: { state: true },
    route: { state: true },
    theme: { state: true },
    help: { state: true },
  };

  constructor() {
    super();
    /** @type {'starting' | 'out' | 'in'} */
    this.state = 'starting';
    /** @type {any} */
    this.who = null;
    /** @type {Problem | null} */
    this.problem = null;
    this.busy = false;
    this.route = current();
    this.theme = localStorage.getItem('hayloft-theme') ?? 'auto';
    this.awaited = '';
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('hashchange', () => this.moved());
    addEventListener('keydown', (event) => this.pressed(event));
    session.addEventListener('over', () => this.over());
    live.addEventListener('change', () => this.requestUpdate());
    this.applyTheme();
    this.begin();
  }

  async begin() {
    try {
      const who = await get('/api/session');
      if (who.signedIn) {
        this.enter(who);
      } else {
        this.state = 'out';
      }
    } catch (failure) {
      this.problem = /** @type {Problem} */ (failure);
      this.state = 'out';
    }
  }

  /** @param {any} who */
  enter(who) {
    this.who = who;
    this.state = 'in';
    this.problem = null;
    live.start();
    live.loadJobs().catch(() => {});
    this.moved();
  }

  over() {
    if (this.state === 'in') {
      live.stop();
      this.state = 'out';
      this.problem = new Problem(401, 'session-over', 'The session is over', 'The server was restarted, or the key was taken back. Sign in again.', '');
    }
  }

  /** @param {SubmitEvent} event */
  async signIn(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    this.busy = true;
    try {
      const keys = { accessKey: String(form.get('accessKey')).trim(), secretKey: String(form.get('secretKey')).trim() };
      this.enter(await call('POST', '/api/session', { json: keys }));
    } catch (failure) {
      this.problem = /** @type {Problem} */ (failure);
    } finally {
      this.busy = false;
    }
  }

  async signOut() {
    live.stop();
    await call('DELETE', '/api/session').catch(() => {});
    this.who = null;
    this.problem = null;
    this.state = 'out';
  }

  moved() {
    this.route = current();
    const screen = SCREENS.find((each) => each.name === this.route.parts[0]);
    const place = this.route.parts.slice(1).join(' / ');
    document.title = `${place ? `${place} · ` : ''}${screen?.title ?? 'Not found'} · Hayloft`;
    // Whoever cannot see the page hears where they are.
    this.updateComplete.then(() => {
      requestAnimationFrame(() => {
        const here = /** @type {HTMLElement | null} */ (this.querySelector('nav [aria-current]'));
        const nav = here?.parentElement;
        if (here && nav && nav.scrollWidth > nav.clientWidth) {
          nav.scrollLeft = here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.clientWidth) / 2;
        }
        if (!this.contains(document.activeElement) || document.activeElement?.closest('nav')) {
          /** @type {HTMLElement | null} */ (this.querySelector('main h1'))?.focus({ preventScroll: true });
        }
      });
    });
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const typing = target.closest('input, textarea, select, [contenteditable]') !== null;
    if (this.state !== 'in' || typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) {
      return;
    }
    if (this.awaited === 'g') {
      const screen = SCREENS.find((each) => each.key === event.key);
      this.awaited = '';
      if (screen) {
        location.hash = `#/${screen.name}`;
      }
    } else if (event.key === 'g') {
      this.awaited = 'g';
      setTimeout(() => (this.awaited = ''), 1200);
    } else if (event.key === '/') {
      const search = /** @type {HTMLElement | null} */ (this.querySelector('input[type=search]'));
      if (search) {
        event.preventDefault();
        search.focus();
      }
    } else if (event.key === '?') {
      /** @type {HTMLDialogElement} */ (this.querySelector('#keys')).showModal();
    }
  }

  nextTheme() {
    this.theme = this.theme === 'auto' ? 'light' : this.theme === 'light' ? 'dark' : 'auto';
    localStorage.setItem('hayloft-theme', this.theme);
    this.applyTheme();
  }

  applyTheme() {
    if (this.theme === 'auto') {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = this.theme;
    }
  }

  render() {
    if (this.state === 'starting') {
      return html`<main class="sign-in"><p class="muted" role="status">Asking the server …</p></main>`;
    }
    return html`${this.state === 'out' ? this.signInPage() : this.frame()}<hay-ask></hay-ask><hay-toasts></hay-toasts>`;
  }

  signInPage() {
    return html`<main class="sign-in">
      <form @submit=${this.signIn}>
        <h1><img src="/console/icon.svg" alt="" width="36" height="36"> Hayloft</h1>
        <p class="muted">Sign in with a key. The first start of a server wrote the root key to
          <code>root.key</code> in its data folder.</p>
        ${problemBox(this.problem)}
        <label class="field">Access key
          <input name="accessKey" autocomplete="username" spellcheck="false" autocapitalize="none" required autofocus></label>
        <label class="field">Secret key
          <input name="secretKey" type="password" autocomplete="current-password" required></label>
        <button class="main wide" ?disabled=${this.busy}>${this.busy ? 'Signing in …' : 'Sign in'}</button>
      </form>
    </main>`;
  }

  frame() {
    const status = live.status;
    const healthy = status?.health.healthy;
    const state = !live.connected ? 'waiting' : healthy ? 'ok' : 'ill';
    const said = !live.connected ? 'No connection' : healthy ? 'Healthy' : 'Needs attention';
    return html`<a class="skip" href="#main" @click=${this.skip}>Skip to the content</a>
      <header class="top">
        <a class="brand" href="#/overview"><img src="/console/icon.svg" alt="" width="26" height="26"><b>Hayloft</b></a>
        <span class="health ${state}" role="status"><span class="dot" aria-hidden="true"></span>${said}</span>
        <span class="spring"></span>
        <span class="version muted">${status ? html`${status.version} · up ${duration(status.uptimeSeconds)}` : nothing}</span>
        <button class="quiet small" @click=${this.nextTheme} aria-label="Colours: ${this.theme}. Change">
          ${this.theme === 'auto' ? '◐ Auto' : this.theme === 'light' ? '○ Light' : '● Dark'}
        </button>
        ${this.who?.mode === 'open'
          ? html`<span class="pill" title="auth.mode is open: no key is asked for">open</span>`
          : html`<button class="quiet small" @click=${this.signOut} title=${this.who?.accessKey ?? ''}>Sign out</button>`}
      </header>
      <nav aria-label="Screens">
        ${SCREENS.map(
          (each) => html`<a href="#/${each.name}" aria-current=${this.route.parts[0] === each.name ? 'page' : nothing}
            >${each.title}</a>`,
        )}
      </nav>
      <main id="main" tabindex="-1">
        ${!live.connected && status
          ? html`<p class="banner" role="alert">The server does not answer; figures stand still. Asking again by itself.</p>`
          : nothing}
        ${this.screen()}
      </main>
      <dialog id="keys" aria-labelledby="keys-title">
        <form method="dialog">
          <h2 id="keys-title">Keys</h2>
          <dl class="keys">
            ${SCREENS.map((each) => html`<div><dt><kbd>g</kbd> <kbd>${each.key}</kbd></dt><dd>${each.title}</dd></div>`)}
            <div><dt><kbd>/</kbd></dt><dd>Search, where there is something to search</dd></div>
            <div><dt><kbd>?</kbd></dt><dd>This list</dd></div>
          </dl>
          <div class="actions"><button class="main">Close</button></div>
        </form>
      </dialog>`;
  }

  /** @param {Event} event */
  skip(event) {
    event.preventDefault();
    /** @type {HTMLElement} */ (this.querySelector('main')).focus();
  }

  screen() {
    const [name, id] = this.route.parts;
    switch (name) {
      case 'overview':
        return html`<hay-overview .route=${this.route}></hay-overview>`;
      case 'buckets':
        return id === undefined
          ? html`<hay-buckets .route=${this.route}></hay-buckets>`
          : html`<hay-objects .route=${this.route}></hay-objects>`;
      case 'volumes':
        return id === undefined
          ? html`<hay-volumes .route=${this.route}></hay-volumes>`
          : html`<hay-volume .route=${this.route}></hay-volume>`;
      case 'compaction':
        return html`<hay-compaction .route=${this.route}></hay-compaction>`;
      case 'erasure':
        return html`<hay-erasure .route=${this.route}></hay-erasure>`;
      case 'streams':
        return html`<hay-streams .route=${this.route}></hay-streams>`;
      case 'jobs':
        return html`<hay-jobs .route=${this.route}></hay-jobs>`;
      case 'users':
        return html`<hay-users .route=${this.route}></hay-users>`;
      case 'system':
        return html`<hay-system .route=${this.route}></hay-system>`;
      default:
        return html`<div class="empty"><h1 tabindex="-1">No such screen</h1>
          <p>The console has nothing at <code>${location.hash}</code>. <a href="#/overview">Go to the overview</a>.</p></div>`;
    }
  }
}
customElements.define('hay-console', HayConsole);
