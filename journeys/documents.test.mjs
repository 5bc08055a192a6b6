// 文书: an officer issues a document, downloads it, voids it; a stranger checks it. At both widths, without faults.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { base, first, launch, look, open, signedIn, sized } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

for (const width of [1440, 390]) {
  test(`RQ-013 RQ-003 the file of an employer is issued, downloaded, checked by a stranger, voided at ${width} px`, async () => {
    const page = await signedIn(browser, 'haigang', sized(width));
    await first(page, '/records/employer');
    await Promise.all([page.waitForURL(/\/documents$/), page.locator('a.btn[href$="/documents"]').click()]);
    await page.selectOption('#paper-purpose', { index: 1 });
    await page.getByRole('button', { name: '说明用途' }).click();
    await page.getByRole('button', { name: '出具用人单位职业健康档案（一企一档）' }).first().click();
    await page.locator('.notice-ok').waitFor();
    const code = (await page.locator('td code').first().innerText()).trim();
    assert.match(code, /^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
    assert.deepEqual(await look(page, `documents-${width}`), []);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /下载 PDF/ }).first().click()]);
    const file = await readFile(await download.path());
    assert.equal(file.subarray(0, 5).toString(), '%PDF-');

    const stranger = await (await browser.newContext({ viewport: sized(width) })).newPage();
    await stranger.goto(`${base}/verify`);
    await stranger.fill('#code', code.toLowerCase().replaceAll('-', ''));
    await stranger.getByRole('button', { name: '核对' }).click();
    assert.match(await stranger.locator('main').innerText(), /有效/);
    assert.deepEqual(await look(stranger, `verify-${width}`), []);

    await page.getByRole('link', { name: /^作废/ }).first().click();
    await page.fill('textarea, input[name="void_reason"]', '演示作废');
    await page.locator('main button[type=submit]').first().click();
    await stranger.reload();
    assert.match(await stranger.locator('main').innerText(), /已作废/);
    assert.deepEqual(page.faults, []);
  });
}
