// The pieces that screens are made of. Each answers a template.

import { html, nothing, svg } from 'lit';
import { bytes, number, percent } from './format.js';
import './moment.js';

/** @typedef {import('./api.js').Problem} Problem */

/** What to do about it, by the problem's code. @type {Record<string, string>} */
const ADVICE = {
  unauthenticated: 'Sign in again. The root key stands in root.key of the data folder.',
  forbidden: 'This key lacks the right. An operator can grant it: hayloft user grant NAME …',
  'no-such-bucket': 'It may have been deleted meanwhile. Go back to the buckets.',
  'no-such-volume': 'Compaction may have moved what was alive of it and given it back. Go back to all volumes.',
  'no-such-key': 'It may have been deleted or have expired meanwhile. Go back one level.',
  'not-found': 'This server does not have this part. Compare its version with the documentation.',
  'storage-full': 'Free space or compact: writes are taken again by themselves as soon as there is room.',
  'quota-exceeded': 'Raise the quota in the bucket’s settings, or delete something.',
  'read-only': 'See Overview for the reason; a partition whose disk failed takes writes again after a restart.',
  'too-many-requests': 'Try again in a second.',
  'corrupt-object': 'Start a scrub under Erasure to learn what else is damaged, then a repair.',
  'bucket-not-empty': 'Delete with its contents, if that is what you want.',
};

/** @param {Problem | null} problem @param {(() => void) | null} [again] */
export function problemBox(problem, again = null) {
  if (!problem) {
    return nothing;
  }
  const advice = ADVICE[problem.code];
  return html`<div class="problem" role="alert">
    <strong>${problem.title}</strong>
    ${problem.detail ? html`<p>${problem.detail}</p>` : nothing}
    ${advice ? html`<p>${advice}</p>` : nothing}
    ${problem.instance ? html`<p class="muted">Request ${problem.instance}, as in the server’s log.</p>` : nothing}
    ${again ? html`<button class="quiet" @click=${again}>Try again</button>` : nothing}
  </div>`;
}

/** @param {string} title @param {unknown} text @param {unknown} [more] */
export function empty(title, text, more = nothing) {
  return html`<div class="empty">
    <svg viewBox="0 0 48 32" aria-hidden="true"><path d="M4 28h40M9 28V14m6 14V8m6 20V12m6 16V6m6 22V12m6 16v-9" /></svg>
    <h2>${title}</h2>
    <p>${text}</p>
    ${more}
  </div>`;
}

/** A command line that does what the button beside it does. @param {string} line */
export function command(line) {
  const copy = async (/** @type {Event} */ event) => {
    const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
    try {
      await navigator.clipboard.writeText(line);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Select and copy';
    }
    setTimeout(() => (button.textContent = 'Copy'), 1500);
  };
  return html`<span class="command">
    <code>${line}</code><button class="quiet small" @click=${copy} aria-label="Copy the command ${line}">Copy</button>
  </span>`;
}

/** @param {string} state */
export function pill(state) {
  return html`<span class="pill ${state}">${state}</span>`;
}

/**
 * A figure with its name.
 *
 * @param {string} label
 * @param {string} value with its unit
 * @param {{ note?: unknown, id?: string }} [more]
 */
export function stat(label, value, more = {}) {
  const cut = value.lastIndexOf(' ');
  const slash = value.lastIndexOf('/s');
  const at = cut > 0 ? cut : slash > 0 ? slash : value.length;
  return html`<div class="stat" data-figure=${more.id ?? label}>
    <div class="label">${label}</div>
    <div class="value">${value.slice(0, at)}<span class="unit">${value.slice(at)}</span></div>
    ${more.note ? html`<div class="note">${more.note}</div>` : nothing}
  </div>`;
}

/**
 * Shares of a whole, side by side.
 *
 * @param {{ kind: string, value: number, label: string }[]} shares
 * @param {string} label
 */
export function shareBar(shares, label) {
  const total = shares.reduce((sum, share) => sum + share.value, 0);
  let x = 0;
  const said = shares.map((share) => `${share.label} ${bytes(share.value)}`).join(', ');
  return html`<svg class="shares" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${label}: ${said}">
    <rect class="ground" x="0" y="0" width="1000" height="10"></rect>
    ${total === 0
      ? nothing
      : shares.map((share) => {
          const width = (share.value / total) * 1000;
          const from = x;
          x += width;
          return svg`<rect class=${share.kind} x=${from.toFixed(2)} y="0" width=${width.toFixed(2)} height="10"><title>${share.label} ${bytes(share.value)}</title></rect>`;
        })}
  </svg>`;
}

/** @param {{ kind: string, value: number, label: string }[]} shares */
export function legend(shares) {
  const total = shares.reduce((sum, share) => sum + share.value, 0);
  return html`<dl class="legend">
    ${shares.map(
      (share) => html`<div>
        <dt><span class="swatch ${share.kind}" aria-hidden="true"></span>${share.label}</dt>
        <dd>${bytes(share.value)} <span class="muted">${total > 0 ? percent(share.value / total) : ''}</span></dd>
      </div>`,
    )}
  </dl>`;
}

/**
 * Shares of a whole as a ring, with the whole in its middle.
 *
 * @param {{ kind: string, value: number, label: string }[]} shares
 * @param {string} label
 */
export function ring(shares, label) {
  const total = shares.reduce((sum, share) => sum + share.value, 0);
  const said = shares.map((share) => `${share.label} ${bytes(share.value)}`).join(', ');
  let from = 0;
  return html`<svg class="ring" viewBox="0 0 120 120" role="img" aria-label="${label} ${bytes(total)}: ${said}">
    <circle class="ground" cx="60" cy="60" r="50" pathLength="100"></circle>
    ${shares.filter((share) => share.value > 0).map((share) => {
      const part = (share.value / total) * 100;
      const offset = -from;
      from += part;
      return svg`<circle class=${share.kind} cx="60" cy="60" r="50" pathLength="100"
        stroke-dasharray="${part.toFixed(3)} 100" stroke-dashoffset=${offset.toFixed(3)}><title>${share.label} ${bytes(share.value)}</title></circle>`;
    })}
    <text x="60" y="58">${bytes(total)}</text><text class="small" x="60" y="76">${label}</text>
  </svg>`;
}

const MAP_MAX = 2000;

/** Every volume as a stack of hay: what is live, what is dead above it, and how it is by its frame. @param {any[]} volumes */
export function volumeMap(volumes) {
  const largest = Math.max(...volumes.map((volume) => volume.liveBytes + volume.deadBytes), 1);
  const height = (/** @type {number} */ size) => (size > 0 ? Math.max(1, (size / largest) * 20) : 0);
  return html`<ul class="stacks" aria-label="Map of the volumes">
    ${volumes.slice(0, MAP_MAX).map((volume) => {
      const live = height(volume.liveBytes);
      const dead = height(volume.deadBytes);
      const said = `${volume.id}, ${volume.state}: ${bytes(volume.liveBytes)} live, ${bytes(volume.deadBytes)} dead`;
      return html`<li><a class=${volume.state} href="#/volumes/${volume.id}" aria-label=${said} title=${said}>
        <svg viewBox="0 0 18 20" preserveAspectRatio="none" aria-hidden="true">
          <rect class="live" x="0" y=${20 - live} width="18" height=${live}></rect>
          <rect class="dead" x="0" y=${20 - live - dead} width="18" height=${dead}></rect>
        </svg></a></li>`;
    })}
  </ul>
  <p class="muted stack-key">
    ${['open', 'sealed', 'encoded', 'damaged'].map((state) => html`<span><span class="swatch frame ${state}" aria-hidden="true"></span>${state}</span>`)}
    <span><span class="swatch live" aria-hidden="true"></span>live</span> <span><span class="swatch dead" aria-hidden="true"></span>dead</span>
    ${volumes.length > MAP_MAX ? html`<span>and ${number(volumes.length - MAP_MAX)} more under Volumes</span>` : nothing}
  </p>`;
}

/** @param {number} ratio 0 to 1 @param {string} label */
export function progress(ratio, label) {
  return html`<span class="progress"><progress max="1" .value=${ratio} aria-label=${label}></progress>
    <span>${percent(ratio)}</span></span>`;
}

/** @param {string | null} rfc3339 */
export function moment(rfc3339) {
  return rfc3339 ? html`<hay-moment .at=${rfc3339}></hay-moment>` : html`<span class="muted">–</span>`;
}

/**
 * The head of a screen.
 *
 * @param {string} title
 * @param {unknown} [actions]
 * @param {unknown} [lead]
 */
export function heading(title, actions = nothing, lead = nothing) {
  return html`<header class="heading">
    <div><h1 tabindex="-1">${title}</h1>${lead === nothing ? nothing : html`<p class="lead">${lead}</p>`}</div>
    <div class="actions">${actions}</div>
  </header>`;
}

/** A table that scrolls by itself on small screens, by keyboard too. @param {string} label @param {unknown} head @param {unknown} rows */
export function table(label, head, rows) {
  return html`<div class="table" role="region" aria-label=${label} tabindex="0">
    <table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>
  </div>`;
}
