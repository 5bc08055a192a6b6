// Early warnings: an officer opens the centre, follows one warning from its evidence to its end, reads how good the rule is.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { accessibility, launch, open, overflow, shot, signedIn } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

/** The centre once the platform has gone over its rules for the first time. */
async function centre(page, path = '/warnings') {
  await open(page, path);
  for (let tries = 0; tries < 300 && !(await page.locator('table.alerts tbody tr').count()); tries++) { await page.waitForTimeout(1000); await open(page, path); }
}

async function fits(page, name) {
  assert.deepEqual(await accessibility(page), [], name);
  await page.setViewportSize({ width: 390, height: 844 });
  assert.ok((await overflow(page)) <= 0, `${name} fits a phone`);
  await shot(page, `${name}-390`);
  await page.setViewportSize({ width: 1440, height: 900 });
  await shot(page, name);
}

/** Takes a step of the flow that asks for some fields. */
async function step(page, title, fields) {
  await page.click(`section.flow a:has-text("${title}")`);
  for (const [name, value] of Object.entries(fields)) await page.fill(`[name="${name}"]`, value);
  await page.click('main form button[type=submit]');
  await page.waitForURL(/\/records\/warning\/[0-9a-f]+$/);
}

test('RQ-168 RQ-170 a warning is acknowledged, verified, dealt with and closed', async () => {
  const page = await signedIn(browser, 'city');
  await centre(page, '/warnings?state=pushed');
  await fits(page, 'warnings');
  await page.click('table.alerts tbody tr:first-child td.text a');
  await page.waitForURL(/\/records\/warning\//);
  await fits(page, 'warning');
  assert.ok(await page.locator('.alert-evidence a').count() > 0, 'the evidence is linked');
  const day = await page.evaluate(() => new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10));
  await step(page, '签收', { acknowledged_on: day });
  await step(page, '核实为真', { verified_on: day, verification: '查记录属实' });
  await step(page, '处置', { measures: '已督促整改' });
  await step(page, '关闭', { closed_on: day, outcome: '已整改' });
  assert.match(await page.textContent('.state-now'), /关闭/);
  assert.deepEqual(page.faults, []);
});

test('RQ-168 rules show what they lack, their precision and what they would have raised', async () => {
  const page = await signedIn(browser, 'city');
  await open(page, '/warnings/rules');
  await fits(page, 'warning-rules');
  assert.ok(await page.locator('text=缺数据').count() > 1);
  await open(page, '/warnings/rules/EW-11?from=2020-01&to=2020-12#backtest');
  await fits(page, 'warning-rule');
  const total = await page.locator('.alert-months tfoot td.num').last().textContent();
  assert.ok(Number(total) > 0, `clusters of the demo region: ${total}`);
  assert.deepEqual(page.faults, []);
});
