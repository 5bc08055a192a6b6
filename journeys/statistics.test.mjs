// Statistics tables: readable at a desk and on a telephone, without scripts, down to the list behind a cell and out as a file.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { launch, look, open, signedIn, sized } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

const text = async (page) => (await page.textContent('main')).replace(/\s+/g, ' ');

for (const width of [1440, 390]) {
  test(`RQ-014 RQ-016 RQ-022 RQ-023 RQ-024 RQ-025 RQ-035 RQ-036 every table is readable at ${width} px`, async () => {
    const page = await signedIn(browser, 'city', sized(width));
    await open(page, '/tables');
    const addresses = await page.locator('main a[href^="/tables/"]').evaluateAll((links) => links.map((a) => a.getAttribute('href')));
    assert.ok(addresses.length >= 9, `${addresses.length} tables`);
    const faults = {};
    for (const address of addresses) {
      assert.equal(await open(page, `${address}?year=2020`), 200, address);
      const found = await look(page, `table-${address.split('/').pop()}-${width}`);
      if (found.length > 0) faults[address] = found;
    }
    assert.deepEqual(faults, {});
    assert.deepEqual(page.faults, []);
  });
}

test('RQ-036 RQ-023 without scripts: gaps, a county further down, the list behind a cell, a file', async () => {
  const page = await signedIn(browser, 'city', { javaScriptEnabled: false });
  await open(page, '/tables/key_disease_coverage?year=2020');
  assert.match(await text(page), /缺口 \d+ 格.*铅中毒/);
  await page.locator('.region-tree summary').click();
  await Promise.all([page.waitForURL(/region=130302/), page.locator('.region-tree a', { hasText: '海港区' }).click()]);
  assert.match(await text(page), /海港区 · 2020年/);
  await open(page, '/tables/new_cases?year=2020');
  const cell = page.locator('table.stat-table tbody tr', { hasText: '海港区' }).locator('td a').first();
  const count = Number((await cell.textContent()).trim());
  await Promise.all([page.waitForURL(/\/records\/diagnosis\?year=2020/), cell.click()]);
  assert.ok((await page.locator('main a.row-link').count()) >= count, 'the list holds at least what the cell counts');
  await open(page, '/tables/new_cases?year=2020');
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator('a[download]', { hasText: 'CSV' }).click()]);
  assert.match(readFileSync(await file.path(), 'utf8'), /海港区,2020年,\d+/);
});

test('RQ-036 the leaders see no small numbers', async () => {
  const page = await signedIn(browser, 'leader');
  await open(page, '/tables/new_cases?year=2020');
  const shown = await text(page);
  assert.match(shown, /已隐去/);
  assert.equal(await page.locator('table.stat-table td a').count(), 0, 'and no list behind a number');
});
