// Plays a process: from its first filing to its last state through the browser, over the API, and its filing by workbook.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, shot, signedIn } from '../browser.mjs';
import { byWorkbook, client, file, noStep, overdue, settled, state, step } from './steps.mjs';

/**
 * A process as data.
 *
 * `title` says what happens and names the requirements; `kind` is filed by the account `by` with `values(n)`, n telling the runs apart.
 * `path` is a list of
 *   {by, step, needs}      a transition of the kind with the fields that it asks for,
 *   {overdue: [by, duty]}  the account sees the duty as overdue, {settled: [by, duty]} and not any more,
 *   {never: [by, step]}    neither is the step offered to the account nor taken from it.
 * `last` is the code of the last state; `workbook` is the account that files by workbook,
 * `book` what a sheet must have to be known as the kind's.
 */
// Another run against the same demo needs other numbers: RUN=1, 2, …
const run = 3 * Number(globalThis.process.env.RUN ?? 0);

export function play({ process, title, kind, by, values, path, last, workbook, book }) {
  let browser;
  let definition;
  before(async () => {
    browser = await launch();
    definition = (await (await client(by)).get(`/kinds/${kind}`)).body;
  });
  after(async () => { await browser.close(); });
  const named = (id) => definition.transitions.find((t) => t.id === id) ?? assert.fail(`${kind} has no step ${id}`);

  test(`${title}: through the pages`, async () => {
    const pages = new Map();
    const page = async (login) => {
      if (!pages.has(login)) pages.set(login, await signedIn(browser, login));
      return pages.get(login);
    };
    const place = await file(await page(by), kind, await values(run + 0));
    for (const one of path) {
      if (one.step) await step(await page(one.by), place, named(one.step).title, one.needs);
      if (one.never) await noStep(await page(one.never[0]), place, named(one.never[1]).title);
      if (one.settled) await settled(await page(one.settled[0]), place, one.settled[1]);
      if (one.overdue) {
        await overdue(await page(one.overdue[0]), place, one.overdue[1]);
        await shot(await page(one.overdue[0]), `process-${process}-overdue`);
      }
    }
    assert.equal(await state(await page(by), place), definition.states.list.find((s) => s.code === last).title);
    for (const page of pages.values()) assert.deepEqual(page.faults, []);
  });

  test(`${title}: over the API and by workbook`, async () => {
    const clients = new Map();
    const as = async (login) => {
      if (!clients.has(login)) clients.set(login, await client(login));
      return clients.get(login);
    };
    const id = await (await as(by)).file(kind, nested(await values(run + 1)));
    for (const one of path) {
      if (one.step) {
        const answer = await (await as(one.by)).step(kind, id, one.step, nested(one.needs ?? {}));
        assert.equal(answer.status, 200, `${one.step}: ${JSON.stringify(answer.body)}`);
      }
      if (one.never) {
        const before = await (await as(by)).get(`/records/${kind}/${id}`);
        const answer = await (await as(one.never[0])).step(kind, id, one.never[1]);
        assert.ok([400, 403, 404, 409, 422].includes(answer.status), `${one.never[1]} is refused: ${answer.status}`);
        assert.equal((await (await as(by)).get(`/records/${kind}/${id}`)).etag, before.etag, 'nothing changed');
      }
    }
    assert.equal(await (await as(by)).state(kind, id), last);
    assert.match(await byWorkbook(browser, workbook ?? by, kind, { ...await values(run + 2), ...book }), /(^|\D)1收下/, 'one row taken in');
  });
}

/** `{'a.b': 1}` → `{a: {b: 1}}`; the texts true and false of forms become truth values. */
function nested(values) {
  const out = {};
  for (const [name, value] of Object.entries(values)) {
    const parts = name.split('.');
    const member = parts.pop();
    const inside = parts.reduce((object, part) => (object[part] ??= {}), out);
    inside[member] = value === 'true' ? true : value === 'false' ? false : value;
  }
  return out;
}

/** Name and credit code of the employer whose account the demo has. */
export async function employer() {
  const { body } = await (await client('employer')).get('/records/employer?limit=1');
  const { name, uscc } = body.items[0].data;
  return { employer_name: name, uscc };
}

/** The institution (or station) of an account. */
export async function organisation(login, kind = 'institution') {
  const api = await client(login);
  return (await api.get(`/records/${kind}/${api.organisation}`)).body.data;
}
