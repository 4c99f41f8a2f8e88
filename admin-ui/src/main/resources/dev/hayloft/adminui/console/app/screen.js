import { LitElement } from 'lit';
import { Problem, get } from './api.js';
import { live } from './live.js';

const PHONE = matchMedia('(max-width: 760px)');

/** A screen: draws into the page itself, so that one style sheet holds for all, and draws again as figures come. */
export class Screen extends LitElement {
  static properties = {
    route: { attribute: false },
    problem: { state: true },
    loading: { state: true },
  };

  constructor() {
    super();
    /** @type {import('./route.js').Route} */
    this.route = { parts: [], query: new URLSearchParams() };
    /** @type {Problem | null} */
    this.problem = null;
    this.loading = false;
    this.onLive = () => this.requestUpdate();
    this.onJob = (/** @type {Event} */ event) => this.jobChanged(/** @type {CustomEvent} */ (event).detail);
  }

  createRenderRoot() {
    return this;
  }

  /** On a phone each row is a card, and each cell says what it is. */
  updated() {
    if (!PHONE.matches) {
      return;
    }
    for (const table of this.querySelectorAll('table')) {
      const heads = [...table.querySelectorAll('thead th')].map((head) => (head.querySelector('.hidden') ? '' : head.textContent ?? ''));
      for (const row of table.tBodies[0]?.rows ?? []) {
        [...row.cells].forEach((cell, index) => {
          if (cell.dataset.label !== heads[index]) {
            cell.dataset.label = heads[index] ?? '';
          }
        });
      }
    }
  }

  connectedCallback() {
    super.connectedCallback();
    live.addEventListener('change', this.onLive);
    live.addEventListener('job', this.onJob);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    live.removeEventListener('change', this.onLive);
    live.removeEventListener('job', this.onJob);
  }

  /** @param {any} job */
  jobChanged(job) {
    void job;
    this.requestUpdate();
  }

  /**
   * Runs what may fail with a problem, and keeps the problem to be shown.
   *
   * @param {() => Promise<void>} step
   */
  async attempt(step) {
    this.loading = true;
    try {
      await step();
      this.problem = null;
    } catch (failure) {
      this.problem = failure instanceof Problem
        ? failure
        : new Problem(0, 'console', 'The console stumbled', String(failure), '');
      if (!(failure instanceof Problem)) {
        throw failure;
      }
    } finally {
      this.loading = false;
    }
  }
}

const RELOAD_MILLIS = 3000;

/** A screen that loads what it shows again and again, for as long as it is looked at. */
export class Reloading extends Screen {
  constructor() {
    super();
    this.timer = 0;
    this.reloadMillis = RELOAD_MILLIS;
  }

  connectedCallback() {
    super.connectedCallback();
    this.load();
    this.timer = setInterval(() => this.load(), this.reloadMillis);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  /** @returns {Promise<void>} */
  load() {
    return Promise.resolve();
  }

  /** Loads once more when what was asked has been done. @param {Promise<any>} asked */
  async afterwards(asked) {
    if ((await asked) !== undefined) {
      this.load();
    }
  }
}

/** A screen about the volumes under the settings in force. */
export class OfVolumes extends Reloading {
  static properties = { ...Screen.properties, volumes: { state: true }, settings: { state: true } };

  constructor() {
    super();
    /** @type {any[] | null} */
    this.volumes = null;
    /** @type {Map<string, string>} */
    this.settings = new Map();
  }

  load() {
    return this.attempt(async () => {
      const [volumes, config] = await Promise.all([get('/api/volumes'), get('/api/config')]);
      this.volumes = volumes.volumes;
      this.settings = new Map(config.settings.map((/** @type {any} */ each) => [each.name, each.value]));
    });
  }
}
