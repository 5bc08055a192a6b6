// On-line monitoring from the device to the closed alarm: a real MQTT client and a raw TCP client send, people act in the browser.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { launch, look, open, shot, signedIn, sized } from './browser.mjs';
import { employer } from './processes/play.mjs';
import { file, step } from './processes/steps.mjs';
import { send, upload } from './hj212.mjs';

const { MQTT: mqtt, MQTTS: mqtts, MQTT_CA: authority, HJ212: hj212, HOME_OF_DEMO: home, ZHIJIAN_BIN: zhijian } = process.env;
const run = promisify(execFile);
const MINUTE = 60_000;
/** Numbers of this run, so that a second run beside the first finds its own. */
const serial = String(Date.now()).slice(-7);
let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

const today = () => new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
/** The beginning of the minute so many minutes ago: its readings are judged at once. */
const ago = (minutes) => Math.floor(Date.now() / MINUTE) * MINUTE - minutes * MINUTE;

/** Enters a device through the form; the operator makes its secret, which is shown once. The secret and the device's live page. */
async function register(device) {
  const page = await signedIn(browser, 'haigang');
  const { uscc, employer_name } = await employer();
  const place = await file(page, 'device', { ...device, employer_name, uscc, workshop: '包装车间', post: '包装工', installed_on: today() });
  const output = execFileSync(zhijian, ['device', 'secret', '--device', device.device_no], { env: { ...process.env, ZHIJIAN_HOME: home, ZHIJIAN_LOG: 'error' }, stdio: ['ignore', 'pipe', 'pipe'] });
  const secret = output.toString().trim().split('\n').pop();
  assert.match(secret, /^[A-Z2-7]{32}$/);
  await page.context().close();
  return { secret, live: `/online/devices/${place.split('/').pop()}` };
}

/** From the open live page to the closed alarm: values over the limit, acknowledgement, handling, normal values, the end. */
async function course(name, device, over, normal, transmit) {
  const { secret, live } = await register(device);
  const page = await signedIn(browser, 'employer');
  assert.equal(await open(page, live), 200);
  assert.match(await page.textContent('main'), /在线数据只作提示，不是法定检测结果/);
  assert.equal(await page.locator('#alarms tbody tr').count(), 0);
  // A reload would lose this.
  await page.evaluate(() => { globalThis.same = true; });
  await transmit(secret, [[ago(6), normal], [ago(5), over], [ago(4), over], [ago(3), over]]);
  const row = page.locator('#alarms tbody tr').first();
  await row.locator('text=警报').waitFor({ timeout: 60_000 });
  await page.waitForFunction((value) => document.getElementById('live-value').textContent.trim() === value, String(over), { timeout: 20_000 });
  assert.equal(await page.evaluate(() => globalThis.same), true, 'the page was not loaded again');
  assert.match(await row.textContent(), /已推送/);
  assert.deepEqual(await look(page, `online-${name}-alarm`), []);
  await page.setViewportSize(sized(390));
  assert.deepEqual(await look(page, `online-${name}-alarm-390`), []);
  await page.setViewportSize(sized(1440));

  const hands = await signedIn(browser, 'employer');
  await open(hands, live);
  await Promise.all([hands.waitForURL(/\/records\/alarm\//), hands.locator('#alarms tbody a').first().click()]);
  const alarm = new URL(hands.url()).pathname;
  await step(hands, alarm, '确认');
  await row.locator('text=已确认').waitFor({ timeout: 30_000 });
  await step(hands, alarm, '开始处置');
  await transmit(secret, [[ago(2), normal], [ago(1), normal]]);
  await page.waitForFunction(() => /\d{2}:\d{2}:\d{2}/.test(document.querySelector('#alarms tbody [data-label=恢复]')?.textContent ?? ''), null, { timeout: 60_000 });
  await step(hands, alarm, '消除', { cause: '隔声罩未关', measures: '关闭隔声罩，复测正常' });
  await step(hands, alarm, '关闭', { closed_on: today() });
  await row.locator('text=关闭').waitFor({ timeout: 30_000 });
  assert.equal(await page.evaluate(() => globalThis.same), true, 'the live page followed to the end without being loaded again');
  await shot(page, `online-${name}-closed`);
  // The office reads the same course.
  const office = await signedIn(browser, 'haigang');
  await open(office, alarm);
  assert.match(await office.textContent('.state-now'), /关闭/);
  assert.match(await office.textContent('main'), /隔声罩未关/);
  assert.deepEqual([...page.faults, ...hands.faults, ...office.faults], []);
  for (const one of [page, hands, office]) await one.context().close();
}

test('RQ-026 RQ-027 mosquitto_pub drives an alarm from the device to closed, live in the browser', async () => {
  const device = { device_no: `MQ${serial}`, name: '噪声在线监测仪', protocol: 'mqtt', hazard: 'P001', unit: 'dB(A)', interval_s: 60, notice_at: 85, alarm_at: 100 };
  const [host, port] = mqtt.split(':');
  await course('mqtt', device, 101.5, 78.2, async (secret, readings) => {
    for (const [at, value] of readings) {
      const message = JSON.stringify({ ts: at, value, unit: 'dB(A)', q: 0 });
      await run('mosquitto_pub', ['-h', host, '-p', port, '-q', '1', '-u', device.device_no, '-P', secret, '-i', device.device_no, '-t', `zhijian/${device.device_no}/readings`, '-m', message]);
    }
  });
});

/** What the platform keeps of a device since yesterday, as the console tells it. */
async function kept(device) {
  const from = new Date(Date.now() - 24 * 3600e3).toISOString().slice(0, 10), to = new Date(Date.now() + 48 * 3600e3).toISOString().slice(0, 10);
  const { stdout } = await run(zhijian, ['readings', '--device', device, '--from', from, '--to', to, '--format', 'json'], { env: { ...process.env, ZHIJIAN_HOME: home, ZHIJIAN_LOG: 'error' } });
  return stdout.trim().split('\n').map((line) => JSON.parse(line));
}

for (const [protocol, over] of [['3', 'plain'], ['5', 'TLS']]) {
  test(`RQ-026 RQ-027 paho (MQTT ${protocol}, ${over}) hangs up, comes back to its session and sends again: one alarm, no reading twice`, async () => {
    const device = { device_no: `PH${protocol}${serial}`, name: '噪声在线监测仪', protocol: 'mqtt', hazard: 'P001', unit: 'dB(A)', interval_s: 60, notice_at: 85, alarm_at: 100 };
    const sent = new Map();
    await course(`paho-${protocol}`, device, 102.5, 77.1, async (secret, readings) => {
      const messages = readings.map(([ts, value]) => ({ ts, value, unit: 'dB(A)', q: 0 }));
      readings.forEach(([ts, value]) => sent.set(ts, value));
      const way = over === 'TLS' ? [mqtts, device.device_no, secret, JSON.stringify(messages), '--ca', authority] : [mqtt, device.device_no, secret, JSON.stringify(messages)];
      const { stdout } = await run('/usr/bin/python3', ['journeys/paho_device.py', ...way, '--protocol', protocol, '--again']);
      // Each message twice with its acknowledgement waited for, and once more into a connection that breaks.
      assert.equal(JSON.parse(stdout).acknowledged, 2 * readings.length);
    });
    const stored = await kept(device.device_no);
    assert.deepEqual(stored.map(({ ts_ms: at, value }) => [at, value]), [...sent].sort(([a], [b]) => a - b), 'each moment once');
  });
}

test('RQ-026 RQ-027 a raw TCP client playing HJ 212 frames drives an alarm from the device to closed', async () => {
  const device = { device_no: `HJ${serial}`, name: '粉尘在线监测仪', protocol: 'hj212', channel: 'a34001', crc_mode: 'ansi', hazard: 'D002', dust_kind: 'total', unit: 'mg/m3', interval_s: 60, notice_at: 2, alarm_at: 4 };
  await course('hj212', device, 6.5, 0.8, async (secret, readings) => {
    const answers = await send(hj212, readings.map(([at, value]) => upload(device.device_no, secret, 'a34001', at, value)));
    assert.ok(answers.every((answer) => /CN=9014/.test(answer)), answers.join('\n'));
    const spoiled = upload(device.device_no, secret, 'a34001', ago(2), 99);
    spoiled[spoiled.length - 4] ^= 1;
    // A frame whose check sum is wrong is neither answered nor taken; the one behind it is.
    const after = await send(hj212, [Buffer.concat([spoiled, upload(device.device_no, secret, 'a34001', readings.at(-1)[0], readings.at(-1)[1])])]);
    assert.equal(after.length, 1);
  });
});

test('RQ-026 RQ-027 posts, map, wall and the day of a device are readable at both widths, and without scripts', async () => {
  const pages = [['/online', 'online'], ['/online/posts', 'online-posts'], ['/online/map', 'online-map'], ['/online/wall', 'online-wall']];
  for (const width of [1440, 390]) {
    const page = await signedIn(browser, 'city', sized(width));
    for (const [path, name] of pages) {
      assert.equal(await open(page, path), 200);
      if (path === '/online/map') await page.locator('[data-drawn]').waitFor();
      assert.deepEqual(await look(page, `${name}-${width}`), [], `${path} at ${width}`);
      assert.match(await page.textContent('main'), /在线数据只作提示，不是法定检测结果/, path);
    }
    await open(page, '/online');
    await page.locator('main table a').first().click();
    await page.getByRole('link', { name: '其他日期' }).click();
    await page.waitForURL(/\/exposure/);
    assert.deepEqual(await look(page, `online-exposure-${width}`), []);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
  const plain = await signedIn(browser, 'city', { javaScriptEnabled: false });
  for (const [path] of pages) {
    await open(plain, path);
    assert.match(await plain.textContent('main'), new RegExp(`(MQ|HJ)${serial}|包装车间 包装工`), `${path} tells its devices without scripts`);
  }
  await plain.context().close();
});

test('RQ-027 the wall follows a device by itself and does not scroll', async () => {
  const device = { device_no: `WL${serial}`, name: '粉尘在线监测仪', protocol: 'hj212', channel: 'a34001', crc_mode: 'ansi', hazard: 'D002', dust_kind: 'total', unit: 'mg/m3', interval_s: 60, notice_at: 2, alarm_at: 4, high_at: 8 };
  const { secret } = await register(device);
  const page = await signedIn(browser, 'city', { width: 1920, height: 1080 });
  await open(page, '/online/wall');
  await page.evaluate(() => { globalThis.same = true; });
  await send(hj212, [[ago(4), 9.2], [ago(3), 9.4]].map(([at, value]) => upload(device.device_no, secret, 'a34001', at, value)));
  const first = page.locator('#wall-tiles li').first();
  await first.locator('text=高报').waitFor({ timeout: 60_000 });
  await page.locator('.wall-side li').first().locator('text=高报').waitFor({ timeout: 30_000 });
  assert.equal(await page.evaluate(() => globalThis.same), true, 'the wall was not loaded again');
  const scrolls = await page.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight);
  assert.ok(scrolls <= 1, `the wall is ${scrolls} px too high`);
  assert.deepEqual(await look(page, 'online-wall-1920'), []);
  assert.deepEqual(page.faults, []);
  await send(hj212, [[ago(2), 0.4], [ago(1), 0.5]].map(([at, value]) => upload(device.device_no, secret, 'a34001', at, value)));
  await page.waitForFunction(() => ![...document.querySelectorAll('#wall-tiles li')].some((tile) => tile.textContent.includes('高报')), null, { timeout: 60_000 });
  await page.context().close();
});

test('RQ-027 values over the range (flag T) are shown as such, and alarm with what they reach at least', async () => {
  const dust = { name: '粉尘在线监测仪', protocol: 'hj212', channel: 'a34001', crc_mode: 'ansi', hazard: 'D002', dust_kind: 'total', unit: 'mg/m3', interval_s: 60, notice_at: 2, alarm_at: 4 };
  const short = { ...dust, device_no: `RS${serial}`, range_low: 0, range_high: 1.5 }, long = { ...dust, device_no: `RL${serial}`, range_low: 0, range_high: 10 };
  const pages = [];
  for (const device of [short, long]) {
    const { secret, live } = await register(device);
    const page = await signedIn(browser, 'city');
    await open(page, live);
    await page.evaluate(() => { globalThis.same = true; });
    const answers = await send(hj212, [[ago(3), 0.5, 'N'], [ago(2), 1.2, 'T'], [ago(1), 1.2, 'T']].map(([at, value, flag]) => upload(device.device_no, secret, 'a34001', at, value, flag)));
    assert.ok(answers.every((answer) => /CN=9014/.test(answer)));
    const least = `≥ ${device.range_high}`;
    await page.waitForFunction((text) => document.getElementById('live-value').textContent.trim() === text, least, { timeout: 20_000 });
    await page.locator('#live-state', { hasText: '超量程' }).waitFor({ timeout: 20_000 });
    await page.locator('#live-quality', { hasText: '超量程' }).waitFor();
    pages.push(page);
  }
  const [quiet, loud] = pages;
  const row = loud.locator('#alarms tbody tr').first();
  await row.locator('text=超测量上限').waitFor({ timeout: 60_000 });
  assert.match(await row.textContent(), /警报.*≥ 10/);
  assert.equal(await quiet.locator('#alarms tbody tr').count(), 0, 'its range ends below every level');
  for (const [page, name] of [[quiet, 'quiet'], [loud, 'loud']]) {
    assert.equal(await page.evaluate(() => globalThis.same), true);
    for (const width of [1440, 390]) {
      await page.setViewportSize(sized(width));
      assert.deepEqual(await look(page, `online-over-${name}-${width}`), []);
    }
  }
  for (const path of ['/online/posts', '/online/map?state=over_range', '/online/wall', `/online?q=${short.device_no}`]) {
    await quiet.setViewportSize(sized(1440));
    await open(quiet, path);
    if (path.startsWith('/online/map')) await quiet.locator('[data-drawn]').waitFor();
    assert.match(await quiet.textContent('main'), /超量程/, path);
    assert.match(await quiet.textContent('main'), /≥ 1\.5/, path);
    assert.deepEqual(await look(quiet, `online-over-${path.replace(/\W+/g, '-')}`), [], path);
  }
  // The alarm's record says it in words.
  await Promise.all([loud.waitForURL(/\/records\/alarm\//), row.locator('a').first().click()]);
  assert.match(await loud.textContent('main'), /超测量上限，实际值不低于 10 mg\/m3/);
  assert.deepEqual([...quiet.faults, ...loud.faults], []);
  for (const page of pages) await page.context().close();
});
