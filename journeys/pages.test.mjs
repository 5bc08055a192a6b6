// Every page: accessible, as wide as its window, without faults of its own.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { accessibility, launch, open, overflow, shot, signedIn } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

const pages = ['/', '/records/employer', '/records/exam', '/records/station/new', '/records/exam/new', '/plans', '/plans/qinhuangdao?year=2020', '/plans/qinhuangdao/I-02?year=2020',
  '/indicators/I-04', '/indicators/I-13/figure', '/import', '/search?q=%E9%92%A2%E9%93%81', '/kinds', '/kinds/measurement', '/codes', '/codes/HAZARD', '/me'];

for (const width of [1440, 390]) {
  test(`at ${width} px`, async () => {
    const page = await signedIn(browser, 'city', { width, height: width === 390 ? 844 : 900 });
    const faults = {};
    for (const path of pages) {
      assert.equal(await open(page, path), 200, path);
      await page.waitForLoadState('networkidle');
      const found = await accessibility(page);
      const wide = await overflow(page);
      if (wide > 0) found.push(`${wide} px too wide`);
      if (found.length > 0) faults[path] = found;
      await shot(page, `${path.replaceAll(/[^a-z0-9-]+/gi, '_').slice(0, 40) || 'home'}-${width}`);
    }
    assert.deepEqual(faults, {});
    assert.deepEqual(page.faults, []);
  });
}

test('every kind has a list, a form, a template and a help page', async () => {
  const page = await signedIn(browser, 'city');
  await open(page, '/kinds');
  const kinds = await page.locator('main a[href^="/kinds/"]').evaluateAll((links) => [...new Set(links.map((a) => a.getAttribute('href').split('/')[2]))]);
  assert.ok(kinds.length >= 20, `${kinds.length} kinds`);
  for (const kind of kinds) {
    assert.equal(await open(page, `/kinds/${kind}`), 200, kind);
    assert.ok([200, 403].includes(await open(page, `/records/${kind}`)), kind);
    const template = await page.request.get(`${process.env.BASE}/records/${kind}/template.xlsx`);
    assert.ok([200, 403].includes(template.status()), `${kind} template ${template.status()}`);
  }
});
