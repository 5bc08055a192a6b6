// Every entry of the menus of all roles: it opens, is accessible, fits its window and stays where it is drawn. Pictures of each role's desk are kept.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { accessibility, launch, open, overflow, shot, signedIn, sized } from './browser.mjs';

const roles = ['city', 'haigang', 'cdc', 'inspector', 'leader', 'civil', 'admin', 'employer', 'clinic', 'hospital', 'appraisal', 'lab', 'dosimetry', 'rehab'];
/** Largest sum of layout shifts that nobody sees; 0.1 is what the browsers' makers call good. */
const STILL = 0.02;

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

/** Sum of the shifts that the page's content made by itself. */
function shifts(page) {
  return page.evaluate(() => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { if (!entry.hadRecentInput) sum += entry.value; })).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => done(sum), 50);
  }));
}

const seen = new Set();
const paints = [];

for (const role of roles) {
  test(`the menu of ${role}`, async () => {
    const page = await signedIn(browser, role, sized(1440));
    await open(page, '/');
    await shot(page, `desk-${role}-1440`);
    const entries = await page.locator('nav.sidebar a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    const faults = {};
    // A page is looked at for the first role that has it (the walk of the routes opens it as every role); the reference of the API is a library's own page.
    for (const path of ['/', ...entries].filter((path) => path === '/' || !seen.has(path) && path !== '/api/docs')) {
      assert.equal(await open(page, path), 200, `${role} ${path}`);
      seen.add(path);
      await page.waitForLoadState('networkidle');
      const found = await accessibility(page);
      const wide = await overflow(page);
      if (wide > 0) found.push(`${wide} px too wide`);
      const moved = await shifts(page);
      if (moved > STILL) found.push(`moves by ${moved.toFixed(3)} while it loads`);
      if (found.length > 0) faults[path] = found;
      paints.push({ path, ms: await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0) });
    }
    assert.deepEqual(faults, {});
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
}

test('the entries on a telephone', async (context) => {
  const page = await signedIn(browser, 'city', sized(390));
  const faults = {};
  for (const path of seen) {
    if (await open(page, path) !== 200) continue;
    await page.waitForLoadState('networkidle');
    const wide = await overflow(page);
    if (wide > 0) faults[path] = `${wide} px too wide`;
  }
  assert.deepEqual(faults, {});
  paints.sort((a, b) => a.ms - b.ms);
  const slowest = paints.slice(-5).reverse().map(({ path, ms }) => `${path} ${Math.round(ms)} ms`).join(', ');
  context.diagnostic(`first contentful paint of ${paints.length} pages: median ${Math.round(paints[Math.floor(paints.length / 2)].ms)} ms, slowest ${slowest}`);
  await page.context().close();
});
