import { LitElement } from 'lit';
import { Problem } from './api.js';
import { live } from './live.js';

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
