// Filing, correcting, importing: the work of an office through the pages.
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { base, launch, open, shot, signedIn, upload } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

const register = fileURLToPath(new URL('../demo/qinhuangdao-2020/用人单位名录.xlsx', import.meta.url));
const stations = fileURLToPath(new URL('../demo/qinhuangdao-2020/康复站名录.xlsx', import.meta.url));
const save = 'main button[type=submit]:not([aria-hidden]):has-text("保存")';

test('a form says what is wrong beside the field, then saves, and a double click doubles nothing', async () => {
  const page = await signedIn(browser, 'city');
  await open(page, '/records/station/new');
  await page.fill('input[name=name]', '旅程测试康复站');
  await page.selectOption('select[name=county]', { label: '海港区' }).catch(() => page.selectOption('select[name=county]', '130302'));
  await page.waitForTimeout(500);
  await page.selectOption('select[name=town]', { label: '海港镇' });
  await page.selectOption('select[name=station_kind]', { index: 1 });
  await page.fill('input[name=opened_on]', '2021-03-01');
  await page.fill('input[name=beds]', '很多');
  await page.locator(save).first().click();
  await page.waitForSelector('text=/“很多”不符合要求/');
  await shot(page, 'form-errors');
  await page.fill('input[name=beds]', '4');
  await page.locator(save).first().dblclick();
  await page.waitForURL(/\/records\/station\/[0-9a-f]{32}/);
  const address = page.url();
  await open(page, `/records/station?q=${encodeURIComponent('旅程测试')}`);
  assert.equal(await page.locator('main table tbody tr').count(), 1, 'one record');
  // Retract it again, with a reason, so that the demo stays as it was.
  await page.goto(address.split('?')[0]);
  await page.click('main a:has-text("作废")');
  await page.locator('main textarea, main input[name=reason]').first().fill('旅程测试结束');
  await page.locator('main form button[type=submit]').last().click();
  await page.waitForLoadState();
  await open(page, `/records/station?q=${encodeURIComponent('旅程测试')}`);
  assert.equal(await page.locator('main table tbody tr a').count(), 0, 'retracted records are not listed');
  assert.deepEqual(page.faults, []);
});

test('an upload shows progress, counts that add up, findings, and the marked workbook', async () => {
  const page = await signedIn(browser, 'city');
  const text = (await upload(page, [register, stations])).replaceAll(',', '');
  for (const count of ['3106', '3051', '55']) assert.ok(text.includes(count), `${count} in ${text.slice(0, 600)}`);
  await shot(page, 'import-result');
  assert.deepEqual(page.faults, []);
});

test('identified data open only after a purpose is stated', async () => {
  const page = await signedIn(browser, 'cdc');
  await open(page, '/records/exam');
  await page.locator('main table tbody a').first().click();
  await page.waitForURL(/\/records\/exam\//);
  const masked = await page.textContent('main');
  assert.match(masked, /\d{4}\*{6,}\d{3}[\dX]/, 'the identity number is masked');
  await page.click('summary:has-text("查看完整信息"), button:has-text("查看完整信息")');
  const reason = page.locator('main select[name=purpose]').first();
  await reason.selectOption({ index: 1 });
  await page.locator('main form:has(select[name=purpose]) button[type=submit]').first().click();
  await page.waitForFunction(() => /\d{17}[\dX]/.test(document.querySelector('main').textContent));
  await shot(page, 'revealed');
});

test('reading and filing work without JavaScript', async () => {
  const page = await signedIn(browser, 'city', { javaScriptEnabled: false });
  assert.equal(await open(page, '/records/employer'), 200);
  assert.equal(await page.locator('main table tbody tr').count() > 10, true);
  assert.equal(await open(page, '/plans/qinhuangdao?year=2020'), 200);
  assert.ok((await page.textContent('main')).includes('87.01'));
  assert.equal(await open(page, '/records/station/new'), 200);
  await page.fill('input[name=name]', '无脚本测试站');
  await page.selectOption('select[name=county]', '130302');
  await page.fill('input[name=beds]', '很多');
  await page.locator('main form').first().evaluate((form) => { form.noValidate = true; });
  await page.locator(save).first().click();
  assert.match(await page.textContent('main'), /“很多”不符合要求/);
  assert.ok(page.url().startsWith(base));
});
