// Latency of on-line monitoring as somebody sees it: from the sending of a reading to the text of the page. Started by alarm-latency.sh.
//
//   readings: every 250 ms one of the present moment; until its value stands in #live-value.
//   past:     the value over the set point is that of a minute that is over, as a device sends it that reports minutes; until its alarm stands in the list.
//   live:     values every two seconds, of the present moment; until the alarm stands in the list. A minute is judged when it is over, so its rest counts.
import { execFileSync, spawn } from 'node:child_process';
import { loadavg } from 'node:os';
import { launch, open, signedIn } from '../../journeys/browser.mjs';
import { employer } from '../../journeys/processes/play.mjs';

const { MQTT: mqtt, HOME_OF_DEMO: home, ZHIJIAN_BIN: zhijian } = process.env;
const [readings = 200, past = 30, live = 4] = process.argv.slice(2).map(Number);
const MINUTE = 60_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** The beginning of the minute so many minutes ago. */
const ago = (minutes) => Math.floor(Date.now() / MINUTE) * MINUTE - minutes * MINUTE;
/** A moment as the page writes it. */
const written = (ms) => new Date(ms + 8 * 3600e3).toISOString().slice(0, 19).replace('T', ' ');

/** A device whose alarms begin and end at once, with a client that stays connected. */
async function device(number) {
  const { uscc } = await employer();
  const own = ['--set', 'notice_at=85', '--set', 'alarm_at=100', '--set', 'hysteresis=0', '--set', 'raise_after_s=0', '--set', 'clear_after_s=0'];
  const args = ['device', 'add', '--device', number, '--protocol', 'mqtt', '--uscc', uscc, '--hazard', 'P001', '--unit', 'dB(A)', ...own];
  const told = execFileSync(zhijian, args, { env: { ...process.env, ZHIJIAN_HOME: home, ZHIJIAN_LOG: 'error' }, stdio: ['ignore', 'pipe', 'pipe'] });
  const secret = told.toString().trim().split('\n').pop();
  const [host, port] = mqtt.split(':');
  // Lines of the input become messages of one connection.
  const client = spawn('mosquitto_pub', ['-h', host, '-p', port, '-q', '1', '-u', number, '-P', secret, '-i', number, '-t', `zhijian/${number}/readings`, '-l'], { stdio: ['pipe', 'inherit', 'inherit'] });
  client.on('exit', (code) => code && process.exit(1));
  return { number, send: (ts, value) => client.stdin.write(`${JSON.stringify({ ts, value, unit: 'dB(A)', q: 0 })}\n`), end: () => client.stdin.end() };
}

/** The live page of a device, which notes when each text first stood in it. */
async function watched(browser, number) {
  const page = await signedIn(browser, 'city');
  await open(page, `/online?q=${number}`);
  await Promise.all([page.waitForURL(/\/online\/devices\//), page.locator('main table a').first().click()]);
  await page.evaluate(() => {
    const seen = (globalThis.seen = { values: {}, alarms: {} });
    const value = document.getElementById('live-value'), alarms = document.getElementById('alarms');
    new MutationObserver(() => { seen.values[value.textContent.trim()] ??= Date.now(); }).observe(value, { childList: true, characterData: true, subtree: true });
    new MutationObserver(() => {
      for (const link of alarms.querySelectorAll('tbody a')) seen.alarms[link.textContent.trim()] ??= Date.now();
    }).observe(alarms, { childList: true, subtree: true });
  });
  return page;
}

/** When a text was first seen. */
async function shown(page, what, text, timeout) {
  await page.waitForFunction(([list, key]) => globalThis.seen[list][key], [what, text], { timeout, polling: 200 });
  return page.evaluate(([list, key]) => globalThis.seen[list][key], [what, text]);
}

function told(name, latencies) {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  console.log(`${name}: n ${sorted.length}, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, longest ${sorted.at(-1)} ms (load ${loadavg()[0].toFixed(1)})`);
}

const browser = await launch();
const serial = String(Date.now()).slice(-6);
try {
  const one = await device(`LT${serial}`);
  await pause(25_000); // The register is read again within this time.
  const page = await watched(browser, one.number);
  await pause(1_000);
  const times = [];
  for (let n = 0; n < readings; n++) {
    const value = Number((60 + n / 100).toFixed(2));
    const sent = Date.now();
    one.send(sent, value);
    times.push((await shown(page, 'values', String(value), 30_000)) - sent);
    await pause(250);
  }
  told('reading in the page', times);

  const alarms = [];
  for (let n = 0; n < past; n++) {
    const at = ago(3000 - 4 * n);
    one.send(at - MINUTE, 70);
    await pause(500 + Math.random() * 2000); // Not in step with the looks of service and page.
    const sent = Date.now();
    one.send(at, 101);
    alarms.push((await shown(page, 'alarms', written(at), 60_000)) - sent);
    one.send(at + MINUTE, 70);
    await pause(500);
  }
  told('alarm in the page, minute over', alarms);
  await page.context().close();

  const waits = [];
  for (let n = 0; n < live; n++) {
    const other = await device(`LV${serial}${n}`);
    await pause(25_000 + Math.random() * 20_000);
    const beside = await watched(browser, other.number);
    const sent = Date.now();
    const minute = Math.floor(sent / MINUTE) * MINUTE;
    const beat = setInterval(() => other.send(Date.now(), 101), 2_000);
    other.send(sent, 101);
    waits.push((await shown(beside, 'alarms', written(minute), 120_000)) - sent);
    console.log(`  sent at second ${Math.round((sent - minute) / 1000)} of its minute: ${waits.at(-1)} ms, ${waits.at(-1) - (minute + MINUTE - sent)} ms after the minute's end`);
    clearInterval(beat);
    other.end();
    await beside.context().close();
  }
  if (live > 0) told('alarm in the page, present moment', waits);
  one.end();
} finally {
  await browser.close();
}
