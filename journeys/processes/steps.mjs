// What the journeys of processes have in common: a filing through the form, a step on the record page, the same over the API and by workbook.
import assert from 'node:assert/strict';
import { base, commas, open, signedIn, upload } from '../browser.mjs';

/** Fills one field of a form, whatever its widget. */
async function fill(page, name, value) {
  if (Array.isArray(value) && value.some((v) => typeof v === 'object')) {
    const more = page.locator(`button[data-add="${name}"]`);
    for (const [index, row] of value.entries()) {
      await page.locator(`details[data-rows="${name}"]`).evaluate((details) => { details.open = true; });
      const first = Object.keys(row)[0];
      if (await page.locator(`[name="${name}.${index}.${first}"]`).count() === 0) await more.click();
      for (const [member, cell] of Object.entries(row)) await fill(page, `${name}.${index}.${member}`, cell);
    }
    return;
  }
  const field = page.locator(`main [name="${name}"]`);
  assert.ok(await field.count() > 0, `the form has the field ${name}`);
  const tag = await field.first().evaluate((e) => `${e.tagName} ${e.type}`);
  if (tag.startsWith('SELECT')) {
    // Towns wait for their county.
    await field.selectOption(String(value)).catch(() => field.selectOption({ label: String(value) }));
  } else if (tag.endsWith('checkbox')) {
    for (const one of [value].flat()) await page.locator(`main [name="${name}"][value="${one}"]`).check();
  } else {
    await field.fill([value].flat().join('；'));
    await field.press('Escape');
  }
}

/** Values with dotted names: `{a: {b: 1}}` → `{'a.b': 1}`. */
export function flat(values, before = '') {
  return Object.entries(values).flatMap(([name, value]) =>
    value && typeof value === 'object' && !Array.isArray(value) ? flat(value, `${before}${name}.`) : [[before + name, value]]);
}

/** What the page says is wrong. */
async function complaints(page) {
  return (await page.locator('main .said-error, main .notice-error').allTextContents()).map((t) => t.replace(/\s+/g, ' ').trim()).join(' | ');
}

/** A record through the form of its kind; its address. */
export async function file(page, kind, values) {
  await open(page, `/records/${kind}/new`);
  for (const [name, value] of flat(values)) await fill(page, name, value);
  await page.locator('main button[type=submit]:not([aria-hidden]):has-text("保存")').first().click();
  await page.waitForLoadState();
  assert.match(new URL(page.url()).pathname, new RegExp(`^/records/${kind}/[0-9a-f]{32}$`), `filed: ${await complaints(page)}`);
  return new URL(page.url()).pathname;
}

/** One step of the record, from its page; `needs` are the fields that it asks for. */
export async function step(page, place, title, needs = {}) {
  await page.goto(base + place);
  const button = page.locator('section.flow button, section.flow a').filter({ hasText: new RegExp(`^${title}…?$`) });
  assert.equal(await button.count(), 1, `the step “${title}” is offered: ${(await page.locator('section.flow').allTextContents()).join(' ')}`);
  await button.click();
  await page.waitForLoadState();
  if (new URL(page.url()).pathname.includes('/steps/')) {
    for (const [name, value] of flat(needs)) await fill(page, name, value);
    await page.locator('main .form-bar button[type=submit]').click();
    await page.waitForLoadState();
  }
  assert.equal(new URL(page.url()).pathname, place, `after “${title}”: ${await complaints(page)}`);
}

/** A step that must not be offered or must be refused. */
export async function noStep(page, place, title) {
  await page.goto(base + place);
  assert.equal(await page.locator('section.flow').getByText(title, { exact: true }).count(), 0, `the step “${title}” is not for this account or state`);
}

/** The state as the page tells it. */
export async function state(page, place) {
  await page.goto(base + place);
  return (await page.locator('section.flow .state-now').textContent()).trim();
}

/** Waits until the record page tells a duty as overdue. The clerk follows the records within seconds. */
export async function overdue(page, place, title) {
  for (let tries = 0; tries < 60; tries += 1) {
    await page.goto(base + place);
    const row = page.locator('main').locator('li, tr').filter({ hasText: title }).filter({ hasText: '逾期' });
    if (await row.count() > 0) return;
    await page.waitForTimeout(500);
  }
  assert.fail(`${place} tells no overdue duty “${title}”: ${(await page.textContent('main')).replace(/\s+/g, ' ').slice(0, 1500)}`);
}

/** Waits until the duty is not told any more. */
export async function settled(page, place, title) {
  for (let tries = 0; tries < 60; tries += 1) {
    await page.goto(base + place);
    const row = page.locator('main').locator('li, tr').filter({ hasText: title }).filter({ hasText: '逾期' });
    if (await row.count() === 0) return;
    await page.waitForTimeout(500);
  }
  assert.fail(`${place} still tells the duty “${title}”`);
}

/** A signed-in client of the API. */
export async function client(login) {
  const answer = await fetch(`${base}/api/v1/session`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ login, password: 'demo-2020-zj' }),
  });
  assert.equal(answer.status, 201, `${login} signs in`);
  const cookie = answer.headers.get('set-cookie').split(';')[0];
  const { csrf, organisation } = await answer.json();
  const call = async (method, path, body, more = {}) => {
    const sent = await fetch(`${base}/api/v1${path}`, {
      method, headers: { cookie, 'x-csrf-token': csrf, 'content-type': 'application/json', ...more }, body: body && JSON.stringify(body),
    });
    const text = await sent.text();
    return { status: sent.status, etag: sent.headers.get('etag'), body: text && JSON.parse(text) };
  };
  return {
    organisation,
    get: (path) => call('GET', path),
    post: (path, body, more) => call('POST', path, body, more),
    /** Files a record; its id. */
    async file(kind, data) {
      const answer = await call('POST', `/records/${kind}`, { data });
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      return answer.body.id;
    },
    /** Moves a record on. */
    async step(kind, id, transition, data = {}) {
      const now = await call('GET', `/records/${kind}/${id}`);
      const answer = await call('POST', `/records/${kind}/${id}/transitions/${transition}`, { data }, { 'if-match': now.etag });
      return answer;
    },
    async state(kind, id) {
      return (await call('GET', `/records/${kind}/${id}`)).body.state;
    },
  };
}

/** Steps over the API, each `[client, transition, data]`; each must be taken. */
export async function walk(kind, id, steps) {
  for (const [who, transition, data] of steps) {
    const answer = await who.step(kind, id, transition, data);
    assert.equal(answer.status, 200, `${transition}: ${JSON.stringify(answer.body)}`);
  }
}

/** One row of a workbook of the kind, with the titles of its fields, through the import page. */
export async function byWorkbook(browser, login, kind, values) {
  const api = await client(login);
  const definition = await api.get(`/kinds/${kind}`);
  const titles = new Map(definition.body.fields.map((f) => [f.path, f.title]));
  const cells = flat(values).map(([name, value]) => [titles.get(name) ?? name, [value].flat().join('；')]);
  const page = await signedIn(browser, login);
  const text = await upload(page, commas(`${definition.body.title}.csv`, [cells.map(([title]) => title), cells.map(([, text]) => text)]));
  await page.context().close();
  return text;
}

/** A synthetic identity number with a right check digit. */
export function identity(serial, born = '19800101', region = '130302') {
  const body = `${region}${born}${String(serial).padStart(3, '0')}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = [...body].reduce((total, digit, at) => total + Number(digit) * weights[at], 0);
  return body + '10X98765432'[sum % 11];
}

/** A synthetic credit code with a right check character (GB 32100). */
export function creditCode(serial, region = '130302') {
  const signs = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  const body = `91${region}TE9T${String(serial).padStart(5, '0')}`;
  const sum = [...body].reduce((total, sign, at) => total + signs.indexOf(sign) * (3 ** at % 31), 0);
  return body + signs[(31 - (sum % 31)) % 31];
}
