// Who sees what: territory, own organisation, aggregates only.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { base, launch, open, shot, signedIn } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

test('strangers are turned away', async () => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${base}/records/employer`);
  assert.match(page.url(), /\/login/);
  const api = await page.request.get(`${base}/api/v1/records/employer`);
  assert.equal(api.status(), 401);
  assert.match(api.headers()['content-type'], /application\/problem\+json/);
});

test('a county officer sees the county only, in lists, records and figures', async () => {
  const city = await signedIn(browser, 'city');
  await open(city, '/records/employer?county=130322');
  const foreign = await city.locator('main table tbody a').first().getAttribute('href');
  const page = await signedIn(browser, 'haigang');
  await open(page, '/records/employer');
  const counties = await page.locator('main table tbody td[data-label="所属县区"]').allTextContents();
  assert.deepEqual([...new Set(counties.map((c) => c.trim()))], ['海港区']);
  assert.equal(await open(page, foreign), 404, 'another county’s record reads as not found');
  await open(page, '/records/employer?county=130322');
  assert.equal(await page.locator('main table tbody a').count(), 0, 'filters do not widen the scope');
  await shot(page, 'county');
});

test('an employer sees its own file only', async () => {
  const page = await signedIn(browser, 'employer');
  await open(page, '/records/employer');
  assert.equal(await page.locator('main table tbody a').count(), 1);
  const own = (await page.locator('main table tbody a').first().textContent()).trim();
  // It may read the conclusions of its own workers' exams, and nobody else's are shown.
  assert.equal(await open(page, '/records/exam'), 200);
  const employers = await page.locator('main table tbody td[data-label="用人单位"]').allTextContents();
  assert.deepEqual(employers.filter((name) => name.trim() !== own), []);
});

test('leadership sees figures and no records', async () => {
  const page = await signedIn(browser, 'leader');
  assert.equal(await open(page, '/plans/qinhuangdao?year=2020'), 200);
  assert.ok((await page.textContent('main')).includes('87.01'));
  assert.equal(await open(page, '/records/employer'), 403);
  await shot(page, 'leader');
});
