// A signed-in page in Debian's Chromium, and what every journey needs.
import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const base = process.env.BASE;
const password = 'demo-2020-zj';
const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
}

/** A page of a role's account; errors of the page itself fail the journey. */
export async function signedIn(browser, login, { width = 1440, height = 900, javaScriptEnabled = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, javaScriptEnabled, acceptDownloads: true, locale: 'zh-CN' });
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && !/status of 4\d\d/.test(message.text()) && page.faults.push(message.text()));
  await page.goto(`${base}/login`);
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', password);
  await Promise.all([page.waitForURL((url) => !url.pathname.startsWith('/login')), page.click('button[type=submit]')]);
  return page;
}

export async function open(page, path) {
  const response = await page.goto(base + path);
  return response.status();
}

export async function shot(page, name) {
  await page.screenshot({ path: fileURLToPath(new URL(`./screenshots/${name}.png`, import.meta.url)) });
}

/** Serious accessibility faults of the page as it stands. */
export async function accessibility(page) {
  // Evaluated by the browser's debugger, so the page's strict content policy stays as it is.
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }));
  return result.violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ')}`);
}

/** Width by which the page is wider than its window. */
export async function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** The window of a width: a desk's or a telephone's. */
export const sized = (width) => ({ width, height: width === 390 ? 844 : 900 });

/** Looks at the page as it stands: faults of accessibility and of width; a picture of all of it is kept. */
export async function look(page, name) {
  await page.waitForLoadState('networkidle');
  const found = await accessibility(page);
  const wide = await overflow(page);
  if (wide > 0) found.push(`${wide} px too wide`);
  await page.screenshot({ path: fileURLToPath(new URL(`./screenshots/${name}.png`, import.meta.url)), fullPage: true });
  return found;
}

/** The first record of a list, as somebody would click it. */
export async function first(page, list) {
  await open(page, list);
  await Promise.all([page.waitForURL(/\/records\/[a-z_]+\/[0-9a-f]{32}/), page.locator('main a.row-link').first().click()]);
}

/** Rows as a file in comma form. */
export function commas(name, rows) {
  const quoted = (cell) => `"${String(cell).replaceAll('"', '""')}"`;
  return { name, mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${rows.map((row) => row.map(quoted).join(',')).join('\r\n')}\r\n`) };
}

/** Hands files in on the import page and waits for their end; the page's text. */
export async function upload(page, files, kind = '') {
  await open(page, kind ? `/import?kind=${kind}` : '/import');
  await page.setInputFiles('input[type=file]', files);
  await Promise.all([page.waitForURL(/\/import\/[0-9a-f]+/), page.click('button:has-text("开始导入")')]);
  await page.waitForFunction(() => /完成|已结束|已导入/.test(document.querySelector('main').textContent) && !/正在|进行中/.test(document.querySelector('main').textContent), null, { timeout: 120_000 });
  return (await page.textContent('main')).replace(/\s+/g, ' ');
}
