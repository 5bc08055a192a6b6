// A city officer's morning: where does the region stand, and which rows are behind each figure?
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, open, shot, signedIn } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

test('from the plan board down to the record behind a figure', async () => {
  const page = await signedIn(browser, 'city');
  assert.match(await page.textContent('main'), /工作台/);
  await shot(page, 'desk');
  assert.equal(await open(page, '/plans/qinhuangdao?year=2020'), 200);
  const board = await page.textContent('main');
  for (const figure of ['87.01', '79.16', '80.20', '项目尚未启动', '71.43', '500,000']) assert.ok(board.includes(figure), figure);
  await shot(page, 'board');
  await page.click('main a:has-text("工业企业职业病危害项目申报率")');
  await page.waitForSelector('text=1,786');
  assert.ok((await page.textContent('main')).includes('海港区'));
  await shot(page, 'indicator');
  await page.click('main a:has-text("还需 36")');
  const record = page.locator('main a[href^="/records/employer/"]').first();
  const name = (await record.textContent()).trim();
  await record.click();
  await page.waitForURL(/\/records\/employer\//);
  assert.ok((await page.textContent('h1')).includes(name));
  await page.click('main a:has-text("历史")');
  await page.waitForURL(/history/);
  assert.deepEqual(page.faults, []);
});

test('global search finds an employer by a fragment of its name and by its code', async () => {
  const page = await signedIn(browser, 'city');
  await open(page, '/records/employer');
  const name = (await page.textContent('main table tbody a')).trim();
  const code = (await page.textContent('main table tbody tr td:nth-child(2)')).trim();
  for (const word of [name.slice(2, 7), code]) {
    await open(page, `/search?q=${encodeURIComponent(word)}`);
    assert.ok((await page.textContent('main')).includes(name), word);
  }
  await shot(page, 'search');
});

test('unknown parameters are refused, not ignored', async () => {
  const page = await signedIn(browser, 'city');
  assert.equal(await open(page, '/records/employer?colour=red'), 400);
  assert.equal(await open(page, '/plans/atlantis'), 404);
});

test('lists keep their filters in the address, sort and page without losing a row', async () => {
  const page = await signedIn(browser, 'city');
  await open(page, '/records/station');
  const seen = await page.locator('main table tbody tr').count();
  assert.equal(seen, 7);
  await open(page, '/records/employer?status=20');
  assert.match(await page.textContent('main'), /共\s*51\s*条/);
});
