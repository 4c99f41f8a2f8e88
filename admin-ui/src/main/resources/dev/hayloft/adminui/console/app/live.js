// What the server tells by itself: its status every second, and jobs as they change.

import { OWN_PAGE, get, session } from './api.js';

/** As long as the server’s own memory of it. */
export const HISTORY_SECONDS = 600;
const RETRY_MAX_MILLIS = 10_000;

/**
 * @typedef {object} Sample
 * @property {number} puts a second
 * @property {number} gets a second
 * @property {number} records a second
 * @property {number} bytesIn a second
 * @property {number} bytesOut a second
 * @property {number} putP99Micros of the minute before; 0 if there were none
 * @property {number} getP99Micros as well
 */

/** The latest figures and the last minutes of them; fires `change`, and `job` with a job that changed. */
class Live extends EventTarget {
  constructor() {
    super();
    /** @type {any} */
    this.status = null;
    /** @type {Map<string, any>} */
    this.jobs = new Map();
    /** @type {Sample[]} */
    this.history = [];
    this.connected = false;
    this.retryMillis = 500;
    /** @type {AbortController | null} */
    this.running = null;
    this.timer = 0;
  }

  start() {
    if (this.running === null) {
      this.retryMillis = 500;
      this.listen();
    }
  }

  stop() {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = null;
    this.connected = false;
    this.status = null;
    this.jobs.clear();
    this.history = [];
  }

  async listen() {
    const running = new AbortController();
    this.running = running;
    try {
      const response = await fetch('/api/events', {
        headers: { ...OWN_PAGE, Accept: 'text/event-stream' },
        credentials: 'same-origin',
        signal: running.signal,
      });
      if (response.status === 401) {
        this.stop();
        session.dispatchEvent(new Event('over'));
        return;
      }
      if (response.ok && response.body) {
        await this.read(response.body.pipeThrough(new TextDecoderStream()).getReader());
      }
    } catch {
      // The connection is gone; below we say so and try again.
    }
    if (this.running === running) {
      this.connected = false;
      this.dispatchEvent(new Event('change'));
      this.timer = setTimeout(() => this.listen(), this.retryMillis);
      this.retryMillis = Math.min(RETRY_MAX_MILLIS, this.retryMillis * 2);
    }
  }

  /** @param {ReadableStreamDefaultReader<string>} reader */
  async read(reader) {
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      rest += value;
      let end = rest.indexOf('\n\n');
      while (end >= 0) {
        this.take(rest.slice(0, end));
        rest = rest.slice(end + 2);
        end = rest.indexOf('\n\n');
      }
    }
  }

  /** @param {string} block one event */
  take(block) {
    let event = '';
    let data = '';
    for (const line of block.split('\n')) {
      if (line.startsWith('event: ')) {
        event = line.slice(7);
      } else if (line.startsWith('data: ')) {
        data += line.slice(6);
      }
    }
    if (event === 'figures') {
      this.figures(JSON.parse(data));
    } else if (event === 'history') {
      this.past(JSON.parse(data));
    } else if (event === 'job') {
      const job = JSON.parse(data);
      this.jobs.set(job.id, job);
      this.dispatchEvent(new CustomEvent('job', { detail: job }));
    }
  }

  /** @param {any} status */
  figures(status) {
    this.status = status;
    this.connected = true;
    this.retryMillis = 500;
    const { rates, latency } = status;
    this.history.push({
      puts: rates.putsPerSecond,
      gets: rates.getsPerSecond,
      records: rates.recordsPerSecond,
      bytesIn: rates.bytesInPerSecond,
      bytesOut: rates.bytesOutPerSecond,
      putP99Micros: latency.put.count > 0 ? latency.put.p99Micros : 0,
      getP99Micros: latency.get.count > 0 ? latency.get.p99Micros : 0,
    });
    if (this.history.length > HISTORY_SECONDS) {
      this.history.shift();
    }
    this.dispatchEvent(new Event('change'));
  }

  /** What was before this page was opened, or its connection broke. @param {Record<string, number[]>} columns */
  past(columns) {
    const names = Object.keys(columns);
    this.history = columns[names[0]].map(
      (_, second) => /** @type {any} */ (Object.fromEntries(names.map((name) => [name, columns[name][second]]))),
    );
    this.dispatchEvent(new Event('change'));
  }

  /** Jobs from before this page was opened. */
  async loadJobs() {
    const answer = await get('/api/jobs');
    for (const job of answer.jobs) {
      this.jobs.set(job.id, job);
    }
    this.dispatchEvent(new Event('change'));
  }
}

export const live = new Live();
