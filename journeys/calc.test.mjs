// A hygienist finds a calculator, pastes a column with a bad line, mends it, reads the result and copies it; then looks at an employer's groups.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { accessibility, launch, open, overflow, shot, signedIn } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

/** The page is accessible and no wider than its window. */
async function sound(page, name) {
  // From the top: the bar that stays covers parts of a page that has been scrolled.
  await page.evaluate(() => scrollTo(0, 0));
  const found = await accessibility(page);
  const wide = await overflow(page);
  if (wide > 0) found.push(`${wide} px too wide`);
  await shot(page, name);
  assert.deepEqual(found, [], name);
}

/** Pictures that were drawn, by kind; each has a canvas with something on it. */
async function drawn(page) {
  await page.waitForFunction(() => [...document.querySelectorAll('[data-plot]')].some((box) => box.dataset.drawn));
  return page.locator('[data-plot][data-drawn]').evaluateAll((boxes) => boxes.map((box) => {
    const canvas = box.querySelector('canvas');
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return [box.dataset.drawn, pixels.some((value) => value > 0)];
  }));
}

for (const width of [1440, 390]) {
  const size = { width, height: width === 390 ? 844 : 900 };

  test(`a column is pasted, mended, calculated and copied at ${width} px`, async () => {
    const page = await signedIn(browser, 'cdc', size);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await open(page, '/');
    if (width === 390) await page.locator('details.nav-small summary').click();
    await page.locator('nav a[href="/calc"]:visible').first().click();
    await page.waitForURL('**/calc');
    assert.match(await page.locator('.list-count').textContent(), /84/);
    await sound(page, `calc-index-${width}`);

    await page.fill('#calc-q', '贝叶斯 未检出');
    await page.locator('#calc-q').press('Enter');
    await page.waitForURL(/q=/);
    await page.getByRole('link', { name: '同质接触组贝叶斯评估' }).click();
    await page.waitForURL('**/calc/stats.bayes_seg');
    await sound(page, `calc-form-${width}`);

    await page.fill('#f-data', '苯浓度(mg/m3)\n0.6\n１.１\n＜0.3\n\n十二\n未检出\n0.9\n');
    await page.fill('#f-data-lod', '0.2');
    await page.fill('#f-oel', '6');
    await page.getByRole('button', { name: '计算', exact: true }).click();
    await page.waitForSelector('.said-error');
    assert.deepEqual(await page.locator('.said-error').allTextContents(), ['第 6 行“十二”：应为数字、“<0.02”、“>200”、“[40-90]”或“未检出”']);
    assert.equal(await page.locator('#f-data').getAttribute('aria-invalid'), 'true');
    await sound(page, `calc-wrong-${width}`);

    await page.fill('#f-data', (await page.inputValue('#f-data')).replace('十二', '1.2'));
    await page.getByRole('button', { name: '计算', exact: true }).click();
    await page.waitForSelector('#result [data-copy]');
    assert.match(page.url(), /oel=6/, 'the form stands in the address');
    assert.match(await page.locator('#result').textContent(), /P\(P95 > OEL\)/);
    assert.deepEqual(await drawn(page), [['paper', true]]);
    await sound(page, `calc-result-${width}`);
    await page.locator('.calc-plot').scrollIntoViewIfNeeded();
    await shot(page, `calc-plot-${width}`);

    await page.getByRole('button', { name: '复制结果与出处' }).click();
    await page.getByText('已复制').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /stats\.bayes_seg，第 1 版/);
    assert.match(copied, /"data":\[0\.6,1\.1,"<0\.3",1\.2,"<0\.2",0\.9\]/);
    assert.match(copied, /prob_overexposure/);

    // The address alone gives the same result to somebody else.
    const other = await signedIn(browser, 'city', size);
    await other.goto(page.url());
    await other.waitForSelector('#result');
    const figure = (p) => p.locator('.calc-figures').textContent();
    assert.equal(await figure(other), await figure(page));
    assert.deepEqual(page.faults.concat(other.faults), []);
  });

  test(`audiogram and doses are drawn at ${width} px`, async () => {
    const page = await signedIn(browser, 'cdc', size);
    for (const [id, kind] of [['hearing.gbz49', 'audiogram'], ['noise.htlan', 'audiogram'], ['rad.annual', 'dose'], ['rad.five_year', 'dose'], ['stats.utl', 'paper'], ['stats.en689', 'paper'], ['stats.descriptive', 'paper']]) {
      await open(page, `/calc/${id}`);
      await page.getByRole('button', { name: '计算', exact: true }).click();
      await page.waitForSelector('#result');
      assert.deepEqual(await drawn(page), [[kind, true]], id);
      await sound(page, `calc-${id}-${width}`);
      await page.locator('.calc-plot').scrollIntoViewIfNeeded();
      await shot(page, `calc-plot-${id}-${width}`);
    }
    for (const id of ['spiro.gli2012', 'ergo.nmq', 'air.twa', 'noise.iso9612_task']) {
      await open(page, `/calc/${id}`);
      await page.getByRole('button', { name: '计算', exact: true }).click();
      await page.waitForSelector('#result');
      await sound(page, `calc-${id}-${width}`);
    }
    assert.deepEqual(page.faults, []);
  });

  test(`an employer's groups at ${width} px`, async () => {
    const page = await signedIn(browser, 'cdc', size);
    await open(page, '/records/measurement?sample_type=1');
    const record = page.locator('main tbody a[href^="/records/measurement/"]').first();
    await open(page, await record.getAttribute('href'));
    await page.locator('main a[href^="/records/employer/"]').first().click();
    await page.waitForURL('**/records/employer/*');
    await page.waitForSelector('#groups .groups-table');
    assert.ok(await page.locator('.groups-table tbody tr').count() >= 1);
    await page.locator('#groups').scrollIntoViewIfNeeded();
    assert.ok((await drawn(page)).every(([kind, ink]) => kind === 'trend' && ink));
    await sound(page, `groups-${width}`);
    // Folded groups draw when they open, and lead to their records.
    const folded = page.locator('details.group-detail:not([open])').first();
    if (await folded.count() > 0) {
      const id = await folded.getAttribute('id');
      await folded.locator('summary').click();
      await page.waitForSelector(`#${id} [data-drawn]`);
    }
    await page.locator('.group-detail[open] table a[href^="/records/measurement/"]').first().click();
    await page.waitForURL('**/records/measurement/*');
    assert.deepEqual(page.faults, []);
  });
}

test('a block of cells fills the audiogram', async () => {
  const page = await signedIn(browser, 'cdc');
  await open(page, '/calc/hearing.gbz49');
  await page.locator('#f-left-500').evaluate((input) => {
    const data = new DataTransfer();
    data.setData('text/plain', '10\t15\t20\t25\t30\t35\n11\t16\t21\t26\t31\t36\n');
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  assert.equal(await page.inputValue('#f-left-6000'), '35');
  assert.equal(await page.inputValue('#f-right-500'), '11');
});

test('everything works without scripts', async () => {
  const page = await signedIn(browser, 'cdc', { javaScriptEnabled: false });
  await open(page, '/calc/air.twa');
  await page.fill('#f-samples', '100, 120\n＜0.5, 360');
  await page.getByRole('button', { name: '计算', exact: true }).click();
  await page.waitForURL(/samples=/);
  assert.match(await page.locator('#result').textContent(), /C_TWA|加权平均/);
});
