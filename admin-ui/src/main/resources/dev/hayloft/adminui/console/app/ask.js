// Asks before something is done, shows the command that does the same, and says what became of it.

import { LitElement, html, nothing } from 'lit';
import { Problem } from './api.js';
import { command, problemBox } from './parts.js';

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {unknown} [text]
 * @property {string} label of the button that does it
 * @property {boolean} [danger]
 * @property {(form: FormData) => string} command the line that does the same; called with what is filled in
 * @property {unknown} [fields] inputs, each with a name
 * @property {(form: FormData) => Promise<unknown>} run
 * @property {string} [retype] to be typed first, where there is no way back
 * @property {(answer: any) => unknown} [shown] what stays to be read afterwards, such as a key shown once
 */

/** The dialog of the console; there is one. */
class Ask extends LitElement {
  static properties = {
    question: { state: true },
    problem: { state: true },
    busy: { state: true },
    line: { state: true },
    ready: { state: true },
    outcome: { state: true },
  };

  constructor() {
    super();
    /** @type {Question | null} */
    this.question = null;
    /** @type {Problem | null} */
    this.problem = null;
    this.busy = false;
    this.line = '';
    this.ready = true;
    /** @type {unknown} */
    this.outcome = null;
    /** @type {(answer: any) => void} */
    this.settle = () => {};
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Question} question @returns {Promise<any>} what was answered; undefined when it was not done */
  async ask(question) {
    this.question = question;
    this.problem = null;
    this.outcome = null;
    this.busy = false;
    this.ready = question.retype === undefined;
    await this.updateComplete;
    const form = /** @type {HTMLFormElement} */ (this.querySelector('form'));
    form.reset();
    this.read();
    this.dialog().showModal();
    return new Promise((resolve) => (this.settle = resolve));
  }

  dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector('dialog'));
  }

  form() {
    return new FormData(/** @type {HTMLFormElement} */ (this.querySelector('form')));
  }

  read() {
    if (this.question) {
      const form = this.form();
      this.line = this.question.command(form);
      this.ready = this.question.retype === undefined || form.get('retype') === this.question.retype;
    }
  }

  /** @param {Event} event */
  async run(event) {
    event.preventDefault();
    const question = this.question;
    if (!question || this.busy || !this.ready) {
      return;
    }
    if (this.outcome !== null) {
      this.dialog().close();
      return;
    }
    this.busy = true;
    this.problem = null;
    try {
      const answer = await question.run(this.form());
      this.settle(answer ?? null);
      if (question.shown) {
        this.outcome = question.shown(answer);
      } else {
        this.dialog().close();
      }
    } catch (failure) {
      this.problem = failure instanceof Problem ? failure : new Problem(0, 'console', 'The console stumbled', String(failure), '');
    } finally {
      this.busy = false;
    }
  }

  closed() {
    this.settle(undefined);
    this.question = null;
    this.outcome = null;
  }

  render() {
    const question = this.question;
    return html`<dialog @close=${this.closed} aria-labelledby="ask-title">
      ${question
        ? html`<form @submit=${this.run} @input=${this.read} @change=${this.read}>
            <h2 id="ask-title">${question.title}</h2>
            ${this.outcome !== null
              ? html`<div class="outcome" role="status">${this.outcome}</div>
                  <div class="actions"><button class="main" autofocus>Done</button></div>`
              : html`${question.text ? html`<p>${question.text}</p>` : nothing} ${question.fields ?? nothing}
                  ${question.retype === undefined
                    ? nothing
                    : html`<label class="field">Type <b>${question.retype}</b> to go on
                        <input name="retype" autocomplete="off" spellcheck="false"></label>`}
                  ${problemBox(this.problem)}
                  <div class="same"><span class="muted">The same on the command line</span>${command(this.line)}</div>
                  <div class="actions">
                    <button type="button" class="quiet" @click=${() => this.dialog().close()}>Cancel</button>
                    <button class=${question.danger ? 'danger' : 'main'} ?disabled=${this.busy || !this.ready}>
                      ${this.busy ? 'Working …' : question.label}
                    </button>
                  </div>`}
          </form>`
        : nothing}
    </dialog>`;
  }
}
customElements.define('hay-ask', Ask);

/** @param {Question} question @returns {Promise<any>} what the server answered; undefined when it was not done */
export function ask(question) {
  const dialog = /** @type {Ask} */ (document.querySelector('hay-ask'));
  return dialog.ask(question);
}

/** What was done, said at the edge of the page for some seconds. */
class Toasts extends LitElement {
  static properties = { toasts: { state: true } };

  constructor() {
    super();
    /** @type {{ text: string, label: string, undo: (() => Promise<void>) | null }[]} */
    this.toasts = [];
  }

  createRenderRoot() {
    return this;
  }

  /** @param {string} text @param {string} label @param {(() => Promise<void>) | null} undo */
  add(text, label, undo) {
    const toast = { text, label, undo };
    this.toasts = [...this.toasts.slice(-2), toast];
    setTimeout(() => this.takeAway(toast), undo ? 12_000 : 5_000);
  }

  /** @param {object} toast */
  takeAway(toast) {
    this.toasts = this.toasts.filter((each) => each !== toast);
  }

  render() {
    return html`<div class="toasts" role="status" aria-live="polite">
      ${this.toasts.map(
        (toast) => html`<div class="toast">
          <span>${toast.text}</span>
          ${toast.undo
            ? html`<button class="quiet small" @click=${() => {
                this.takeAway(toast);
                toast.undo?.().catch((failure) => this.add(`Not undone: ${failure.message}`, '', null));
              }}>${toast.label}</button>`
            : nothing}
        </div>`,
      )}
    </div>`;
  }
}
customElements.define('hay-toasts', Toasts);

/** @param {string} text @param {string} [label] @param {(() => Promise<void>) | null} [undo] */
export function say(text, label = 'Undo', undo = null) {
  /** @type {Toasts} */ (document.querySelector('hay-toasts')).add(text, label, undo);
}
