// A small employer without help of a specialist: the declaration step by step, and from the roster to the examination.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { commas, launch, look, open, signedIn, sized, upload } from './browser.mjs';
import { identity } from './processes/steps.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

/** The page as it stands has no faults in either width. */
async function sound(page, name) {
  for (const width of [390, 1440]) {
    await page.setViewportSize(sized(width));
    assert.deepEqual(await look(page, `small-${name}-${width}`), [], `${name} at ${width} px`);
  }
}

const go = (page, address, act) => Promise.all([page.waitForURL(address), act]);
const day = (ahead) => new Date(Date.now() + 8 * 3_600_000 + ahead * 86_400_000).toISOString().slice(0, 10);

/** A workflow step of the record that is open. */
async function advance(page, title, fields = {}) {
  await page.locator('.flow').getByText(title).first().click();
  for (const [name, value] of Object.entries(fields)) await page.fill(`[name=${name}]`, value);
  if (Object.keys(fields).length > 0) await page.click('main form button.btn-primary');
  await page.waitForLoadState('load');
}

test('RQ-119 RQ-120 RQ-121 the declaration wizard: last filing, suggestion, what is missing, return, receipt', async () => {
  const page = await signedIn(browser, 'employer');
  await open(page, '/declare');
  await sound(page, 'declare');
  await page.selectOption('#decl_type', '3');
  if (await page.locator('#from option[value=last]').count() > 0) await page.selectOption('#from', 'last');
  await go(page, /\/declare\/[0-9a-f]{32}\/unit/, page.click('main form button.btn-primary'));
  const draft = page.url().replace(/\/unit.*/, '');
  await sound(page, 'declare-unit');
  if (await page.inputValue('#f-industry') === '') await page.fill('#f-industry', '3311');
  await page.fill('#f-filer', '测填报');
  await go(page, /\/process/, page.getByRole('button', { name: '保存，下一步' }).click());
  await page.fill('#f-processes', '下料、电焊、打磨');
  await page.fill('#f-materials', '钢材、焊条、1333-86-4');
  await sound(page, 'declare-process');
  await go(page, /\/hazards/, page.getByRole('button', { name: '保存，下一步' }).click());
  const welding = page.locator('.wizard-hints input[value=D011]');
  await welding.check();
  assert.match(await page.locator('.wizard-hints').innerText(), /未注明出处/);
  await sound(page, 'declare-hazards');
  await page.getByRole('button', { name: '保存草稿' }).click();
  await page.waitForLoadState('load');
  assert.match(await page.inputValue('#f-hazards'), /电焊烟尘/);
  assert.equal(await welding.count(), 0, 'what is accepted is not suggested again');

  // Left and come back: the draft is there.
  await open(page, '/declare');
  await go(page, /\/unit/, page.getByRole('link', { name: '继续' }).first().click());
  assert.equal(page.url().replace(/\/unit.*/, ''), draft);
  await open(page, `${new URL(draft).pathname}/posts`);
  await sound(page, 'declare-posts');
  await page.fill('#f-exposed_total', '6');
  await go(page, /\/test/, page.getByRole('button', { name: '保存，下一步' }).click());
  await page.selectOption('#f-tested', 'true');
  await go(page, /\/exam/, page.getByRole('button', { name: '保存，下一步' }).click());
  await go(page, /\/check/, page.getByRole('button', { name: '保存，下一步' }).click());
  assert.match(await page.locator('#review').innerText(), /须填检测机构/);
  await sound(page, 'declare-check');
  await go(page, /\/test#f-agency/, page.locator('#review a[href*="/test#f-agency"]').first().click());
  await page.fill('#f-agency', '测例检测有限公司');
  await page.fill('#f-tested_on', day(-30));
  await page.getByRole('button', { name: '保存草稿' }).click();
  await page.waitForLoadState('load');
  await open(page, `${new URL(draft).pathname}/check`);
  assert.doesNotMatch(await page.locator('#review').innerText(), /须填检测机构/);
  await go(page, draft, page.getByRole('button', { name: '提交申报' }).click());
  assert.match(await page.locator('main').innerText(), /已提交/);

  // The office sends it back; the reason stands in the wizard.
  const id = draft.split('/').pop();
  const office = await signedIn(browser, 'city');
  await open(office, `/records/declaration/${id}`);
  await advance(office, '退回', { return_reason: '请核对接害人数' });
  await open(page, new URL(draft).pathname);
  assert.match(await page.locator('main').innerText(), /退回：请核对接害人数/);
  await go(page, draft, page.getByRole('button', { name: '提交申报' }).click());
  await open(office, `/records/declaration/${id}`);
  await advance(office, '受理', { accepted_on: day(0) });
  await open(office, `/records/declaration/${id}`);
  await advance(office, '出具回执', { receipt_no: `130302-${day(0).slice(0, 4)}-00001` });
  await open(page, new URL(draft).pathname);
  assert.match(await page.locator('main').innerText(), /130302-\d{4}-00001/);
  await sound(page, 'declare-receipt');
  assert.deepEqual(page.faults, []);
});

test('RQ-120 the wizard works without JavaScript', async () => {
  const page = await signedIn(browser, 'employer', { javaScriptEnabled: false });
  await open(page, '/declare');
  await page.selectOption('#decl_type', '2');
  await go(page, /\/unit/, page.click('main form button.btn-primary'));
  await page.selectOption('#f-change_kind', { index: 1 });
  await go(page, /\/process/, page.getByRole('button', { name: '保存，下一步' }).click());
  await go(page, /\/unit/, page.getByRole('button', { name: '上一步' }).click());
  assert.notEqual(await page.inputValue('#f-change_kind'), '');
});

test('RQ-028 RQ-030 RQ-146 roster, order, clinic, slot, result, unexamined list', async () => {
  const page = await signedIn(browser, 'employer');
  await open(page, '/records/employer');
  await go(page, /\/records\/employer\/[0-9a-f]{32}/, page.locator('main a.row-link').first().click());
  const text = await page.locator('main').innerText();
  const uscc = text.match(/[0-9A-HJ-NPQRTUWXY]{18}/)[0];
  const heads = ['统一社会信用代码', '姓名', '身份证号', '岗位', '接触危害因素', '噪声强度', '接害开始日期', '最近一次在岗体检日期', '离岗日期'];
  const people = [1, 3, 5].map((n) => [uscc, `测工${'甲乙丙丁戊己'[n]}`, identity(n, '19850101', '130322'), '打磨工', '噪声', '88', '2019-03-01', day(-400 + n), '']);
  await upload(page, commas('名册.csv', [heads, ...people]), 'exposed_worker');

  await open(page, '/');
  const waiting = page.locator('a.due-figure', { hasText: '应检未约' });
  const number = Number(await waiting.locator('strong').innerText());
  assert.ok(number >= 3);
  await sound(page, 'desk-employer');
  await go(page, /\/exams\/due\?state=unbooked/, waiting.click());
  assert.equal(await page.locator('.exam-list tbody tr').count(), number, 'the list has as many as the desk says');
  await sound(page, 'due');
  await go(page, /\/exams\/orders\/[0-9a-f]{32}/, page.getByRole('button', { name: '为所选劳动者建委托' }).click());
  const order = new URL(page.url()).pathname;

  const clinic = await signedIn(browser, 'clinic');
  await open(clinic, '/records/institution');
  await go(clinic, /\/records\/institution\/[0-9a-f]{32}/, clinic.locator('main a.row-link').first().click());
  await open(clinic, '/exams/slots');
  await clinic.fill('#from', day(1));
  await clinic.fill('#to', day(14));
  for (const capacity of await clinic.locator('input[name^="capacity."]').all()) await capacity.fill('20');
  await go(clinic, /\/exams\/slots/, clinic.getByRole('button', { name: '公布' }).click());
  await sound(clinic, 'slots');
  const institution = await clinic.locator('a.exam-slot').first().getAttribute('title') ?? '';
  await page.selectOption('#institution', { index: await page.$$eval('#institution option', (all, name) => all.findIndex((o) => o.textContent.startsWith(name)), institution) });
  await page.fill('#from', day(0));
  await page.fill('#to', day(30));
  await sound(page, 'order-draft');
  await page.getByRole('button', { name: '发给机构' }).click();
  await page.waitForLoadState('load');

  await open(clinic, '/');
  const asked = clinic.locator('a.due-figure', { hasText: '委托待确认' });
  assert.equal(await asked.locator('strong').innerText(), '1');
  await sound(clinic, 'desk-clinic');
  await go(clinic, /\/records\/exam_order/, asked.click());
  assert.equal(await clinic.locator('main a.row-link').count(), 1);
  await open(clinic, order);
  await advance(clinic, '确认委托', { confirmed_on: day(0) });
  await open(page, order);
  await sound(page, 'order-confirmed');
  await page.selectOption('#slot', { index: 0 });
  await page.getByRole('button', { name: '预约（改约）所选' }).click();
  await page.waitForLoadState('load');
  assert.match(await page.locator('main').innerText(), /已预约 \d+ 人/);
  assert.equal(await page.locator('.exam-list tbody tr', { hasText: '未约' }).count(), 0);

  const card = ['检查机构', '姓名', '身份证号', '统一社会信用代码', '接触危害因素', '检查类型', '检查日期', '体检结论'];
  await upload(clinic, commas('个案.csv', [card, [institution, people[0][1], people[0][2], uscc, '噪声', '在岗期间', day(0), '目前未见异常']]), 'exam');
  await open(page, order);
  assert.equal(await page.locator('.exam-list tbody tr', { hasText: '已检' }).count(), 1, 'the card is matched by itself');
  await page.locator('.exam-reason select').first().selectOption('1');
  await page.getByRole('button', { name: '保存未检原因' }).click();
  await page.waitForLoadState('load');
  await sound(page, 'order-matched');
  await open(page, '/exams/unexamined');
  assert.equal(await page.locator('.exam-list tbody tr').count(), number - 1);
  assert.match(await page.locator('.exam-list').innerText(), /出差或请假/);
  await sound(page, 'unexamined');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '导出 xlsx' }).click()]);
  assert.match(file.suggestedFilename(), /xlsx$/);

  const office = await signedIn(browser, 'city');
  await open(office, '/exams/capacity');
  await office.waitForLoadState('networkidle');
  await sound(office, 'capacity');
  assert.deepEqual([...page.faults, ...clinic.faults, ...office.faults], []);
});
