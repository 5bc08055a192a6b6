// Notices: an office returns a declaration, the employer's bell rings, the notice leads to the record.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { accessibility, launch, open, overflow, shot, signedIn } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

/** Calls the API from the page, with its session. */
const api = (page, method, path, body, headers = {}) => page.evaluate(async ([method, path, body, headers]) => {
  const session = await (await fetch('/api/v1/session')).json();
  const reply = await fetch(`/api/v1${path}`, { method, headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf, ...headers }, body: body && JSON.stringify(body) });
  return { status: reply.status, etag: reply.headers.get('etag'), body: reply.status === 204 ? null : await reply.json() };
}, [method, path, body, headers]);

test('RQ-138 a new task rings the bell of the employer and opens from the inbox', async () => {
  const firm = await signedIn(browser, 'employer');
  const own = (await api(firm, 'GET', `/records/employer/${(await api(firm, 'GET', '/session')).body.organisation}`)).body.data;
  const officer = await signedIn(browser, 'city');
  const day = new Date().toISOString().slice(0, 10);
  const task = await api(officer, 'POST', '/records/task', { data: { reason: 'other', title: '通知旅程核查', source_kind: 'manual', source_id: `journey-${Date.now()}`, item: '0', employer_name: own.name, uscc: own.uscc, found_on: day } });
  assert.equal(task.status, 201, JSON.stringify(task.body));
  const id = task.body.id;
  await open(firm, '/notices');
  // A demo that has just begun first sets off what its records ask for.
  for (let tries = 0; tries < 120 && !(await firm.locator('.notice-row:has-text("通知旅程核查")').count()); tries++) { await firm.waitForTimeout(1000); await open(firm, '/notices'); }
  await firm.waitForFunction(() => /\d+ 条未读/.test(document.querySelector('#bell').getAttribute('aria-label')));
  await shot(firm, 'notices');
  assert.deepEqual(await accessibility(firm), []);
  await firm.setViewportSize({ width: 390, height: 844 });
  assert.ok((await overflow(firm)) <= 0, 'fits a phone');
  await shot(firm, 'notices-390');
  await firm.setViewportSize({ width: 1440, height: 900 });
  await firm.locator('.notice-row:has-text("通知旅程核查") .link-button').first().click();
  await firm.waitForURL(new RegExp(`/records/task/${id}`));
  // Everything read by the keyboard, and taken back.
  await open(firm, '/notices?show=all');
  await firm.locator('.notice-row').first().locator('button:has-text("标为未读")').click();
  await firm.waitForLoadState();
  await firm.keyboard.press('m');
  await firm.waitForURL(/undo=/);
  await firm.click('button:has-text("撤销")');
  await firm.waitForSelector('text=/恢复为未读/');
  assert.deepEqual(firm.faults, []);
});

test('settings of notices fit a phone and keep statutory ones on', async () => {
  const page = await signedIn(browser, 'inspector', { width: 390, height: 844 });
  await open(page, '/notices/settings');
  assert.ok(await page.locator('input[name=want][disabled]').count() > 0);
  assert.deepEqual(await accessibility(page), []);
  assert.ok((await overflow(page)) <= 0);
  await shot(page, 'notices-settings-390');
});
