// Exploration: from a question to a picture, saved, shared, opened to its records; what-if; SQL of an analyst.
import assert from 'node:assert/strict';
import { test, before, after } from 'node:test';
import { launch, look, open, signedIn, sized } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

for (const width of [1440, 390]) {
  test(`RQ-171 a fact is explored, narrowed and saved at ${width} px`, async () => {
    const page = await signedIn(browser, 'city', sized(width));
    assert.equal(await open(page, '/explore'), 200);
    assert.deepEqual(await look(page, `explore-index-${width}`), []);
    await page.getByRole('link', { name: '工作场所监测结果', exact: true }).last().click();
    await page.selectOption('select[name=rows]', 'region');
    await page.selectOption('select[name=columns]', 'quarter');
    await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: '查看' }).click()]);
    assert.match(page.url(), /rows=region&columns=quarter/);
    await page.locator('.explore-box canvas').first().waitFor();
    assert.deepEqual(await look(page, `explore-${width}`), []);
    await page.getByRole('button', { name: '热力' }).click();
    assert.equal(await page.getByRole('button', { name: '热力' }).getAttribute('aria-pressed'), 'true');
    await page.selectOption('select[name=add]', 'region');
    await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: '查看' }).click()]);
    await page.getByLabel(/海港区/).first().check();
    await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: '应用条件' }).click()]);
    assert.match(await page.locator('.explore-only').innerText(), /区县：海港区/);
    await page.locator('table.stat-table td a').first().click();
    await page.waitForURL(/\/records\?/);
    assert.deepEqual(await look(page, `explore-records-${width}`), []);
    await page.goBack();
    await page.locator('summary', { hasText: '保存' }).click();
    await page.fill('#view-title', `海港区检测按季度 ${width}`);
    await Promise.all([page.waitForNavigation(), page.locator('form[action="/explore/save"] button[type=submit]').click()]);
    await open(page, '/explore');
    await page.getByRole('link', { name: `海港区检测按季度 ${width}` }).click();
    assert.match(await page.locator('.explore-only').innerText(), /海港区/);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
}

test('RQ-169 an officer sees which employers bring the rate to its target', async () => {
  const page = await signedIn(browser, 'city', sized(1440));
  assert.equal(await open(page, '/plans/qinhuangdao/I-02?year=2020'), 200);
  await page.getByRole('link', { name: /补差测算/ }).click();
  await page.waitForURL(/closing/);
  assert.match(await page.locator('main').innerText(), /最少办 \d+ 家/);
  await page.locator('[data-chart=climb] canvas').first().waitFor();
  assert.deepEqual(await look(page, 'closing-1440'), []);
  await page.context().close();
});

test('RQ-171 an analyst asks in SQL and can only read', async () => {
  const page = await signedIn(browser, 'cdc', sized(1440));
  await open(page, '/explore/sql');
  await page.fill('#sql', 'SELECT region, count(*) AS persons FROM exam GROUP BY region ORDER BY persons DESC');
  await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: '运行' }).click()]);
  assert.match(await page.locator('main').innerText(), /130302/);
  assert.deepEqual(await look(page, 'explore-sql-1440'), []);
  await page.fill('#sql', 'DELETE FROM exam');
  await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: '运行' }).click()]);
  assert.match(await page.locator('[role=alert]').innerText(), /查询未执行/);
  await page.context().close();
});
