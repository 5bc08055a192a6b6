// Evaluations of plans: the mid-term report of 秦皇岛 by the browser alone, its files, a reference opened, tasks, targets.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { launch, look, open, signedIn, sized } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

const text = async (page) => (await page.textContent('main')).replace(/\s+/g, ' ');
// The newest year that the demo has much of, which the form offers first.
const go = (page, locator, url) => Promise.all([page.waitForURL(url), locator.click()]);

/** Starts the mid-term evaluation (or opens the one that is there) and waits for its figures; its address. */
async function evaluated(page) {
  await open(page, '/evaluations');
  await page.selectOption('form[action="/evaluations"][method=post] select[name=plan]', 'qinhuangdao');
  await page.selectOption('form[action="/evaluations"][method=post] select[name=evaluation_kind]', 'midterm');
  await go(page, page.locator('button', { hasText: '发起并计算' }), /\/evaluations\/[0-9a-f]{32}/);
  await page.waitForFunction(() => !document.querySelector('#job progress'), null, { timeout: 240_000 });
  await page.reload();
  await page.locator('table.evaluation-table').waitFor();
  return new URL(page.url()).pathname;
}

async function file(page, label) {
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 240_000 }), page.locator('.page-actions a', { hasText: label }).click()]);
  return readFileSync(await download.path());
}

test('RQ-159 the mid-term report is made by the browser alone: figures, text, three files, a reference', async () => {
  const begun = Date.now();
  const page = await signedIn(browser, 'city');
  await open(page, '/plans/qinhuangdao/tasks');
  const enter = page.locator('button', { hasText: '列入这' });
  if (await enter.count()) await go(page, enter, /\/tasks\?region=/);
  assert.match(await text(page), /3\.1\.01.*统筹考虑职业健康/);
  const here = await evaluated(page);
  const shown = await text(page);
  assert.match(shown, /工业企业职业病危害项目申报率.*I-02/);
  assert.match(shown, /规划的10项指标中/);
  assert.match(shown, /规划任务共\d+项/);

  await page.locator('#section-measures summary').click();
  await page.fill('#section-measures textarea', '人工写的措施：逐户督办。');
  await go(page, page.locator('#section-measures button', { hasText: '保存' }), /#section-measures|evaluations/);
  assert.match(await text(page), /人工写的措施/);

  const pdf = await file(page, 'PDF');
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  const again = await file(page, 'PDF');
  assert.ok(pdf.equals(again), 'the same bytes');
  for (const label of ['Word', 'Excel']) assert.equal((await file(page, label)).subarray(0, 2).toString(), 'PK', label);

  // The reference that stands in the report opens the same figure, and from there its records.
  const value = (await page.locator('table.evaluation-table tr', { hasText: 'I-02' }).locator('td[data-label="值"]').textContent()).trim();
  await open(page, `${here}/figures/I-02`);
  assert.ok((await text(page)).includes(value), value);
  await go(page, page.locator('#records a', { hasText: '分母名单' }), /\/plans\/qinhuangdao\/I-02\?.*known_at=/);
  assert.ok((await text(page)).includes(value), 'the board of that time says the same');
  assert.ok((await page.locator('#units a').count()) > 0, 'and lists the records behind it');
  assert.ok(Date.now() - begun < 300_000, 'in five minutes');
  assert.deepEqual(page.faults, []);
});

test('RQ-159 steps to the approval; then figures stay, and a correction is a new edition', async () => {
  const page = await signedIn(browser, 'city');
  const here = await evaluated(page);
  const id = here.split('/').pop();
  const step = async (name, fields) => {
    await open(page, here);
    const link = page.locator('.flow a', { hasText: name });
    if (!(await link.count())) {
      await go(page, page.locator('.flow button', { hasText: name }), /./);
      return;
    }
    await go(page, link, /steps|transitions|\/records\//);
    for (const [field, value] of Object.entries(fields)) await page.fill(`[name="${field}"]`, value);
    await Promise.all([page.waitForURL((url) => !url.pathname.includes('/steps/')), page.locator('main form button[type=submit]').first().click()]);
  };
  const state = async () => { await open(page, here); return text(page); };
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  if (!/已定稿|已报政府/.test(await state())) {
    await step('转汇总', {});
    await step('登记督导核查', { inspected_on: today, inspection_note: '抽查两个县区，数值与台账一致' });
    await step('批准并定稿', { approved_on: today, approved_by: '样负责' });
  }
  assert.match(await state(), /已定稿|已报政府/);
  assert.equal(await page.locator('button', { hasText: '重新计算' }).count(), 0, 'no way to compute again');
  assert.equal(await page.locator('.narrative-edit').count(), 0, 'nor to write');
  const newer = page.locator('.notice a[href^="/evaluations/"]').first();
  if (await newer.count()) return;
  await page.fill('#reason', '海港区补报数据，更正申报率');
  await go(page, page.locator('button', { hasText: '出更正版' }), (url) => /\/evaluations\/[0-9a-f]{32}/.test(url.pathname) && !url.pathname.includes(id));
  await page.waitForFunction(() => !document.querySelector('#job progress'), null, { timeout: 240_000 });
  await page.reload();
  assert.match(await text(page), /第2版/);
  await go(page, page.locator('a', { hasText: '比较两版' }), /compare\?a=/);
  assert.match(await text(page), /持平/);
});

test('RQ-160 RQ-161 targets are shared out, checked, and held against what was reached', async () => {
  const page = await signedIn(browser, 'city');
  await open(page, '/plans/qinhuangdao/targets?indicator=I-02');
  await go(page, page.locator('button', { hasText: '空格采用建议值' }), /#check|targets/);
  assert.match(await text(page), /核对通过|核对发现/);
  const first = page.locator('table.target-table input').first();
  const before = await first.inputValue();
  assert.ok(Number(before) > 0, before);
  await page.locator('table.target-table tbody tr').first().locator('input').nth(1).fill('1');
  await go(page, page.locator('button', { hasText: '保存并核对' }), /targets/);
  assert.match(await text(page), /核对发现.*应当不低于上年/);
});

for (const width of [1440, 390]) {
  test(`RQ-159 RQ-160 the pages are readable at ${width} px`, async () => {
    const page = await signedIn(browser, 'city', sized(width));
    const here = await evaluated(page);
    const faults = {};
    for (const [name, address] of [['list', '/evaluations'], ['one', here], ['figure', `${here}/figures/I-02`], ['tasks', '/plans/qinhuangdao/tasks'], ['targets', '/plans/qinhuangdao/targets']]) {
      assert.equal(await open(page, address), 200, address);
      const found = await look(page, `evaluation-${name}-${width}`);
      if (found.length > 0) faults[name] = found;
    }
    assert.deepEqual(faults, {});
    assert.deepEqual(page.faults, []);
  });
}
