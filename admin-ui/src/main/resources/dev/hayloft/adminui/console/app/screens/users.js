import { html, nothing } from 'lit';
import { ask, say } from '../ask.js';
import { call, get } from '../api.js';
import { shellWord } from '../format.js';
import { command, empty, heading, moment, problemBox, table } from '../parts.js';
import { Screen } from '../screen.js';

/** @param {any[]} grants */
function grantsText(grants) {
  return grants.map((grant) => `${grant.bucket}: ${grant.access.join(' ')}`).join('\n');
}

/** @param {string} text lines of "bucket: access access" */
function grantsOf(text) {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [bucket, access] = line.split(':', 2);
      return { bucket: bucket.trim(), access: (access ?? '').trim().split(/[\s,]+/).filter((each) => each !== '') };
    });
}

/** @param {any[]} grants as options of the command line */
function grantWords(grants) {
  return grants.map((grant) => ` --grant ${shellWord(`${grant.bucket}:${grant.access.join(',')}`)}`).join('');
}

/** The commands that lead from these grants to those. @param {string} name @param {any[]} before @param {any[]} after */
function changeCommands(name, before, after) {
  const user = shellWord(name);
  /** @param {any[]} of @param {string} bucket @returns {string[]} */
  const access = (of, bucket) => of.filter((grant) => grant.bucket === bucket).flatMap((grant) => grant.access);
  const commands = [];
  for (const bucket of new Set([...before, ...after].map((grant) => grant.bucket))) {
    const gone = access(before, bucket).filter((each) => !access(after, bucket).includes(each));
    const come = access(after, bucket).filter((each) => !access(before, bucket).includes(each));
    if (come.length > 0) {
      commands.push(`bin/hayloft user grant ${user} ${shellWord(bucket)} ${come.join(',')}`);
    }
    if (gone.length > 0) {
      commands.push(`bin/hayloft user revoke ${user} ${shellWord(bucket)} ${gone.join(',')}`);
    }
  }
  return commands.join(' && ') || `bin/hayloft user show ${user}`;
}

/** @param {string} value */
function grantsField(value) {
  return html`<label class="field">Grants<textarea name="grants" rows="4" spellcheck="false" aria-describedby="hint-grants">${value}</textarea>
    <small id="hint-grants">A line for each: a bucket, or a beginning with *, then read, write or admin.
      <code>photos*: read write</code>. <code>*: admin</code> makes an operator.</small></label>`;
}

/** A pair that is shown once. @param {any} pair */
function onceShown(pair) {
  return html`<p><b>Keep the secret key now: it is not shown again.</b></p>
    <dl class="facts">
      <div><dt>Access key</dt><dd><code>${pair.accessKey}</code></dd></div>
      <div><dt>Secret key</dt><dd><code class="break">${pair.secretKey}</code></dd></div>
    </dl>
    ${command(`export HAYLOFT_ACCESS_KEY=${pair.accessKey} HAYLOFT_SECRET_KEY=${pair.secretKey}`)}`;
}

/** Who may do what, and with which keys. */
class Users extends Screen {
  static properties = { ...Screen.properties, users: { state: true } };

  constructor() {
    super();
    /** @type {any[] | null} */
    this.users = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.load();
  }

  load() {
    return this.attempt(async () => {
      this.users = (await get('/api/users')).users;
    });
  }

  /** @param {Promise<any>} asked */
  async afterwards(asked) {
    if ((await asked) !== undefined) {
      this.load();
    }
  }

  create() {
    const name = (/** @type {FormData} */ form) => String(form.get('name') ?? '').trim();
    const grants = (/** @type {FormData} */ form) => grantsOf(String(form.get('grants') ?? ''));
    return this.afterwards(
      ask({
        title: 'New user',
        label: 'Create',
        fields: html`<label class="field">Name<input name="name" required maxlength="64" autocomplete="off" spellcheck="false" autocapitalize="none" autofocus></label>
          ${grantsField('')}`,
        command: (form) => `bin/hayloft user create ${shellWord(name(form) || 'NAME')}${grantWords(grants(form))}`,
        run: (form) => call('POST', '/api/users', { json: { name: name(form), grants: grants(form) } }),
        shown: onceShown,
      }),
    );
  }

  /** @param {any} user */
  grant(user) {
    const grants = (/** @type {FormData} */ form) => grantsOf(String(form.get('grants') ?? ''));
    return this.afterwards(
      ask({
        title: `Grants of ${user.name}`,
        label: 'Save',
        fields: grantsField(grantsText(user.grants)),
        command: (form) => changeCommands(user.name, user.grants, grants(form)),
        run: (form) => call('PATCH', `/api/users/${encodeURIComponent(user.name)}`, { json: { grants: grants(form) } }),
      }),
    );
  }

  /** @param {any} user */
  addKey(user) {
    return this.afterwards(
      ask({
        title: `New key for ${user.name}`,
        text: 'To rotate a key: make a new one, put it where the old one is used, then remove the old one.',
        label: 'Make a key',
        command: () => `bin/hayloft user key add ${shellWord(user.name)}`,
        run: () => call('POST', `/api/users/${encodeURIComponent(user.name)}/keys`, { json: {} }),
        shown: onceShown,
      }),
    );
  }

  /** @param {any} user @param {any} key */
  removeKey(user, key) {
    return this.afterwards(
      ask({
        title: `Remove key ${key.accessKey}`,
        text: 'Whoever uses it is refused from now on, its tokens and sessions with it.',
        label: 'Remove',
        danger: true,
        command: () => `bin/hayloft user key rm ${shellWord(user.name)} ${key.accessKey}`,
        run: async () => {
          await call('DELETE', `/api/users/${encodeURIComponent(user.name)}/keys/${key.accessKey}`);
          say(`Key ${key.accessKey} is gone.`);
        },
      }),
    );
  }

  /** @param {any} user */
  deleteUser(user) {
    return this.afterwards(
      ask({
        title: `Delete ${user.name}`,
        text: 'All keys of the user end at once. What the user has stored stays.',
        label: 'Delete',
        danger: true,
        command: () => `bin/hayloft user rm ${shellWord(user.name)}`,
        run: async () => {
          await call('DELETE', `/api/users/${encodeURIComponent(user.name)}`);
          say(`User ${user.name} is gone.`);
        },
      }),
    );
  }

  token() {
    return ask({
      title: 'New token',
      text: 'A token of the key you have signed in with: for programs that must not hold a secret key. It dies with its key.',
      label: 'Make a token',
      fields: html`<label class="field">Lives for<select name="seconds">
          <option value="3600">1 hour</option><option value="86400">1 day</option><option value="604800">7 days</option></select></label>`,
      command: (form) => `bin/hayloft token --expires-in ${form.get('seconds') ?? '3600'}`,
      run: (form) => call('POST', '/v1/tokens', { json: { expiresIn: Number(form.get('seconds')) } }),
      shown: (answer) => html`<p>It ends ${moment(answer.expiresAt)}. <b>It is not shown again.</b></p><pre class="preview" tabindex="0">${answer.token}</pre>`,
    });
  }

  render() {
    const all = this.users;
    const actions = html`<button class="quiet" @click=${this.token}>New token</button>
      <button class="main" @click=${this.create}>New user</button>`;
    return html`${heading('Users and keys', actions, 'The root key of root.key may do everything and is not listed here.')}
      ${problemBox(this.problem, () => this.load())}
      ${all === null
        ? nothing
        : all.length === 0
          ? empty('No users yet', 'Programs and people should have keys of their own, with no more rights than they need.', command("bin/hayloft user create ann --grant 'photos*:read,write'"))
          : this.list(all)}`;
  }

  /** @param {any[]} all */
  list(all) {
    return table(
      'Users',
      html`<th>User</th><th>Grants</th><th>Keys</th><th>Created</th><th><span class="hidden">Actions</span></th>`,
      all.map(
        (user) => html`<tr data-user=${user.name}>
          <td><b>${user.name}</b></td>
          <td class="text">${user.grants.length === 0
            ? html`<span class="muted">none</span>`
            : user.grants.map((/** @type {any} */ grant) => html`<div><code>${grant.bucket}</code> ${grant.access.join(', ')}</div>`)}</td>
          <td>${user.keys.length === 0
            ? html`<span class="muted">none</span>`
            : user.keys.map(
                (/** @type {any} */ key) => html`<div><code>${key.accessKey}</code>
                  <span class="muted">${key.lastUsedAt ? html`used ${moment(key.lastUsedAt)}` : 'never used'}</span>
                  <button class="quiet small" @click=${() => this.removeKey(user, key)} aria-label="Remove key ${key.accessKey}">Remove</button></div>`,
              )}</td>
          <td>${moment(user.createdAt)}</td>
          <td class="row-actions">
            <button class="quiet small" @click=${() => this.grant(user)} aria-label="Grants of ${user.name}">Grants</button>
            <button class="quiet small" @click=${() => this.addKey(user)} aria-label="New key for ${user.name}">New key</button>
            <button class="quiet small" @click=${() => this.deleteUser(user)} aria-label="Delete ${user.name}">Delete</button>
          </td>
        </tr>`,
      ),
    );
  }
}
customElements.define('hay-users', Users);
