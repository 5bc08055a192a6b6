// 一企一档 and 一人一档: from a record to its file, at both widths, without faults, with charts that draw.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { accessibility, first, launch, look, open, shot, signedIn, sized } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

for (const width of [1440, 390]) {
  test(`RQ-013 一企一档 at ${width} px`, async () => {
    const page = await signedIn(browser, 'city', sized(width));
    await first(page, '/records/measurement');
    await page.locator('.related a[href^="/records/employer/"]').first().click();
    await Promise.all([page.waitForURL(/\/employers\/[0-9a-f]{32}\/file/), page.getByRole('link', { name: '一企一档' }).click()]);
    assert.deepEqual(await look(page, `file-employer-${width}`), []);
    assert.ok(await page.locator('[data-drawn=trend]').count() > 0, 'results are drawn');
    await page.locator('#timeline nav a').nth(1).click();
    assert.match(page.url(), /events=/);
    assert.deepEqual(page.faults, []);
  });

  test(`RQ-033 一人一档 at ${width} px`, async () => {
    const page = await signedIn(browser, 'cdc', sized(width));
    await first(page, '/records/exam');
    await Promise.all([page.waitForURL(/\/persons\/exam\/[0-9a-f]{32}\/file/), page.getByRole('link', { name: '一人一档' }).click()]);
    assert.deepEqual(await look(page, `file-person-${width}`), []);
    assert.ok(await page.locator('[data-drawn]').count() > 0, 'values are drawn');
    assert.match(await page.locator('main').innerText(), /＊|\*/, 'masked');
    await page.locator('details.reveal summary').click();
    await page.selectOption('#file-purpose', { index: 1 });
    await page.locator('details.reveal button[type=submit]').click();
    await page.locator('.notice-info').waitFor();
    assert.match(await page.locator('main').innerText(), /本次查看已记录/);
    assert.deepEqual(await accessibility(page), []);
    assert.deepEqual(page.faults, []);
  });
}

test('the file prints on paper of its own width', async () => {
  const page = await signedIn(browser, 'city');
  await first(page, '/records/measurement');
  await page.locator('.related a[href^="/records/employer/"]').first().click();
  await page.getByRole('link', { name: '一企一档' }).click();
  await page.waitForLoadState('networkidle');
  await page.emulateMedia({ media: 'print' });
  for (const hidden of ['.file-nav', '.topbar', '.sidebar']) assert.equal(await page.locator(hidden).isVisible(), false, hidden);
  const paper = await page.pdf({ format: 'A4', path: new URL('./screenshots/file-employer.pdf', import.meta.url).pathname });
  assert.ok(paper.length > 10_000);
});

test('an employer opens its own file only', async () => {
  const page = await signedIn(browser, 'employer');
  await first(page, '/records/employer');
  await page.getByRole('link', { name: '一企一档' }).click();
  await page.waitForURL(/\/employers\/[0-9a-f]{32}\/file/);
  assert.equal(await open(page, `/employers/${'f'.repeat(32)}/file`), 404);
  await shot(page, 'file-employer-own');
});
