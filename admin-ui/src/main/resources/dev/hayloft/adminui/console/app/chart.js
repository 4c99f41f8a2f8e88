import { LitElement, html, nothing, svg } from 'lit';
import { duration, number } from './format.js';

const WIDTH = 600;
const HEIGHT = 100;
const HEADROOM = 4; // So that a line at the top is seen whole.

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {string} kind its class, which has the colour
 * @property {number[]} values one a second, the newest last
 */

/**
 * The least of 1, 2, 2.5 and 5 times a power of ten, or for bytes of 1024, that nothing passes.
 *
 * @param {number} max
 * @param {boolean} binary
 */
export function ceiling(max, binary) {
  let unit = 1;
  while (binary && max / unit >= 1024) {
    unit *= 1024;
  }
  const power = 10 ** Math.floor(Math.log10(Math.max(max / unit, 1)));
  const step = [1, 2, 2.5, 5, 10].find((each) => each * power * unit >= max) ?? 10;
  return step * power * unit;
}

/** @param {number} seconds ago */
function minutes(seconds) {
  return seconds < 60 ? `${seconds} s` : `${number(seconds / 60, 1)} min`;
}

/**
 * Lines over the last minutes. Pointing at it, or the arrow keys, tell the figures of a moment instead of the latest.
 */
class Chart extends LitElement {
  static properties = {
    label: {},
    series: { attribute: false },
    seconds: { type: Number },
    form: { attribute: false },
    binary: { type: Boolean },
    least: { type: Number },
    ago: { state: true },
  };

  constructor() {
    super();
    this.label = '';
    /** @type {Series[]} */
    this.series = [];
    this.seconds = WIDTH;
    /** @type {(value: number) => string} */
    this.form = String;
    this.binary = false;
    /** What the scale reaches at least. */
    this.least = 1;
    /** How many seconds ago the moment is that is told of; -1 for the latest. */
    this.ago = -1;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {PointerEvent} event */
  point(event) {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    this.tell(Math.round((1 - (event.clientX - box.left) / box.width) * (this.seconds - 1)));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = { ArrowLeft: 10, ArrowRight: -10 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.tell(Math.max(this.ago, 0) + step);
    } else if (event.key === 'Escape') {
      this.ago = -1;
    }
  }

  /** @param {number} ago */
  tell(ago) {
    const longest = Math.max(...this.series.map((each) => each.values.length), 1);
    this.ago = Math.min(Math.max(ago, 0), longest - 1);
  }

  render() {
    const top = ceiling(Math.max(...this.series.flatMap((each) => each.values), this.least), this.binary);
    const at = (/** @type {number[]} */ values) => values[values.length - 1 - Math.max(this.ago, 0)] ?? 0;
    const said = this.series.map((each) => `${each.name} ${this.form(at(each.values))}`).join(', ');
    const when = this.ago < 0 ? 'now' : `${duration(this.ago)} ago`;
    return html`<figure class="panel chart">
      <figcaption>
        <h2>${this.label}</h2>
        <span class="muted">${when}</span>
        <dl class="legend">
          ${this.series.map((each) => html`<div>
            <dt><span class="swatch ${each.kind}" aria-hidden="true"></span>${each.name}</dt>
            <dd>${this.form(at(each.values))}</dd>
          </div>`)}
        </dl>
      </figcaption>
      <div class="plot">
        <div class="scale" aria-hidden="true"><span>${this.form(top)}</span><span>${this.form(top / 2)}</span><span>0</span></div>
        <svg viewBox="0 0 ${WIDTH} ${HEIGHT + HEADROOM}" preserveAspectRatio="none" role="img" tabindex="0"
            aria-label="${this.label} over the last ${duration(this.seconds)}; ${when}: ${said}"
            @pointermove=${this.point} @pointerleave=${() => (this.ago = -1)} @keydown=${this.key} @blur=${() => (this.ago = -1)}>
          ${[0, 0.5, 1].map((part) => svg`<line class="grid" x1="0" x2=${WIDTH} y1=${this.y(part)} y2=${this.y(part)}></line>`)}
          ${this.series.map((each) => this.line(each, top))}
          ${this.ago < 0 ? nothing : svg`<line class="cursor" x1=${this.x(this.ago)} x2=${this.x(this.ago)} y1="0" y2=${HEIGHT + HEADROOM}></line>`}
        </svg>
        <div class="times" aria-hidden="true"><span>${minutes(this.seconds)}</span><span>${minutes(this.seconds / 2)}</span><span>now</span></div>
      </div>
    </figure>`;
  }

  /** @param {number} ago */
  x(ago) {
    return (WIDTH * (1 - ago / (this.seconds - 1))).toFixed(1);
  }

  /** @param {number} part of the scale */
  y(part) {
    return (HEADROOM + HEIGHT * (1 - part)).toFixed(1);
  }

  /** @param {Series} series @param {number} top */
  line(series, top) {
    const values = series.values.slice(-this.seconds);
    if (values.length < 2) {
      return nothing;
    }
    const points = values.map((value, index) => `${this.x(values.length - 1 - index)},${this.y(value / top)}`);
    const foot = this.y(0);
    return svg`<path class="area ${series.kind}" d="M${this.x(values.length - 1)},${foot} L${points.join(' L')} L${WIDTH},${foot} Z"></path>
      <polyline class="line ${series.kind}" points=${points.join(' ')}></polyline>`;
  }
}
customElements.define('hay-chart', Chart);
