import { LitElement, html } from 'lit';
import { ago, exactly } from './format.js';

/** @type {Set<LitElement>} */
const shown = new Set();

setInterval(() => shown.forEach((each) => each.requestUpdate()), 10_000);

/** A moment as the time since then, which goes on; the moment itself when pointed at. */
class Moment extends LitElement {
  static properties = { at: {} };

  constructor() {
    super();
    this.at = '';
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    shown.add(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    shown.delete(this);
  }

  render() {
    return html`<time datetime=${this.at} title=${exactly(this.at)}>${ago(this.at)}</time>`;
  }
}
customElements.define('hay-moment', Moment);
