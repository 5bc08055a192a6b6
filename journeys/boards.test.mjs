// The map and the boards: readable at a desk, on a telephone and on a large screen; by keyboard; without scripts; from a number to its records.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { launch, look, open, signedIn } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

const text = async (page) => (await page.textContent('main')).replace(/\s+/g, ' ');
const window = { 390: { width: 390, height: 844 }, 1440: { width: 1440, height: 900 }, 1920: { width: 1920, height: 1080 } };
const BOARDS = ['plan', 'monitoring', 'health', 'patients', 'supervision', 'services', 'quality'];

for (const width of [390, 1440, 1920]) {
  test(`RQ-169 every board is readable at ${width} px`, async () => {
    const page = await signedIn(browser, 'city', window[width]);
    await open(page, '/boards');
    const faults = {};
    for (const board of BOARDS) {
      assert.equal(await open(page, `/boards/${board}?year=2020`), 200, board);
      const found = await look(page, `board-${board}-${width}`);
      if (found.length > 0) faults[board] = found;
    }
    for (const address of ['/boards', '/matches/rehab?year=2020', '/boards/monitoring/by_factor?year=2020', '/plans/qinhuangdao/I-04?year=2020', '/plans/qinhuangdao/forecast?year=2020&as_of=2020-09-30']) {
      await open(page, address);
      const found = await look(page, `${address.split('?')[0].replaceAll('/', '-').slice(1)}-${width}`);
      if (found.length > 0) faults[address] = found;
    }
    assert.deepEqual(faults, {});
    assert.deepEqual(page.faults, []);
  });

  test(`RQ-002 RQ-169 the map is readable at ${width} px`, async () => {
    const page = await signedIn(browser, 'city', window[width]);
    const faults = {};
    for (const [name, address] of [['employers', '/map?layer=employers&year=2020'], ['rate', '/map?layer=over_limit_rate&year=2020'], ['county', '/map?layer=employers&year=2020&region=130302']]) {
      await open(page, address);
      await page.waitForSelector('[data-map][data-drawn]');
      const found = await look(page, `map-${name}-${width}`);
      if (found.length > 0) faults[name] = found;
    }
    assert.deepEqual(faults, {});
    assert.deepEqual(page.faults, []);
  });
}

test('RQ-169 the large screen is dark, has no menu, renews itself and can be stopped', async () => {
  for (const width of [390, 1440, 1920]) {
    const page = await signedIn(browser, 'city', window[width]);
    await open(page, '/boards/monitoring?year=2020&screen=1');
    assert.deepEqual(await look(page, `screen-monitoring-${width}`), []);
    assert.equal(await page.locator('.sidebar, .topbar').count(), 0);
    const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number).reduce((a, b) => a + b));
    assert.ok(light < 150, `the ground is dark: ${light}`);
    assert.match(await page.getAttribute('#board-body', 'hx-trigger'), /every \d+s/);
    await page.click('text=停止自动刷新');
    assert.equal(await page.getAttribute('#board-body', 'hx-trigger'), null);
    assert.deepEqual(page.faults, []);
  }
});

test('RQ-002 by keyboard: the slider moves the year and keeps the focus, the table goes down to a county and its records', async () => {
  const page = await signedIn(browser, 'city');
  await open(page, '/map?layer=employers&year=2021');
  await page.focus('input[name=year]');
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL(/year=2020/);
  await page.waitForFunction(() => document.querySelector('#map-body .board-stand').textContent.includes('2020年'));
  assert.equal(await page.evaluate(() => document.activeElement.name), 'year');
  await page.waitForSelector('[data-map][data-drawn]');
  const county = page.locator('.map-table tbody tr', { hasText: '海港区' });
  const number = (await county.locator('td').first().textContent()).trim();
  await county.locator('td a').focus();
  await Promise.all([page.waitForURL(/\/map\/units/), page.keyboard.press('Enter')]);
  assert.match(await text(page), new RegExp(`共 ${number.replaceAll(',', '')} 条`));
  await Promise.all([page.waitForURL(/\/records\/employer\/[0-9a-f]{32}/), page.locator('main a.row-link').first().click()]);
});

test('RQ-169 RQ-171 without scripts: a figure opens to just its records, and goes out as a file', async () => {
  const page = await signedIn(browser, 'city', { javaScriptEnabled: false });
  await open(page, '/boards/monitoring?year=2020');
  const tile = page.locator('.figure-tiles > div', { hasText: '超标岗位' }).locator('a').first();
  const count = (await tile.textContent()).trim().replace(/[^\d]/g, '');
  await Promise.all([page.waitForURL(/\/boards\/monitoring\/totals\/units/), tile.click()]);
  assert.match(await text(page), new RegExp(`共 ${count} 条`));
  await open(page, '/boards/monitoring/by_factor?year=2020');
  assert.match(await text(page), /规则版本/);
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator('a[download]', { hasText: 'CSV' }).click()]);
  assert.match(readFileSync(await file.path(), 'utf8'), /噪声,数值,\d+,\d+/);
  await open(page, '/map?layer=over_limit_posts&year=2020');
  assert.match(await text(page), /海港区 *\d+/);
});

test('RQ-169 the leaders see aggregates and no list', async () => {
  const page = await signedIn(browser, 'leader');
  await open(page, '/boards/health?year=2020');
  assert.equal(await page.locator('main a[href*="/units?"]').count(), 0);
  await open(page, '/map?layer=cases&year=2020');
  assert.equal(await page.locator('.map-table a[href*="/units?"]').count(), 0);
});
