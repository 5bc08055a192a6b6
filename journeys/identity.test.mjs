// Who gets in: invitation, one-time codes, passkeys, single sign-on, against a server of its own whose address is `localhost`, since browsers allow passkeys only
// under a name.
import { execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { accessibility, launch, overflow, shot } from './browser.mjs';
import { provider } from './provider.mjs';

const zhijian = process.env.ZHIJIAN_BIN;
const password = 'a journey of many miles';
let browser, server, home, site, env, idp;

const freePort = () => new Promise((resolve) => { const s = createServer(); s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)); }); });
const run = (...args) => execFileSync(zhijian, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

before(async () => {
  const [port, idpPort] = [await freePort(), await freePort()];
  site = `http://localhost:${port}`;
  idp = await provider(idpPort, `${site}/login/sso/back`);
  home = mkdtempSync(join(tmpdir(), 'zhijian-identity-'));
  env = {
    ...process.env, ZHIJIAN_HOME: home, ZHIJIAN_LOG: 'error', ZHIJIAN_PASSWORD: password, ZHIJIAN_PUBLIC_URL: site,
    ZHIJIAN_OIDC_ISSUER: idp.issuer, ZHIJIAN_OIDC_CLIENT_ID: 'zhijian', ZHIJIAN_OIDC_CLIENT_SECRET: 'a-secret-of-the-journey-only', ZHIJIAN_OIDC_NAME: '政务统一身份',
  };
  run('init', '--region', '130300');
  run('account', 'put', 'admin', '--name', '平台管理员', '--roles', 'R01', '--region', '130300');
  for (const login of ['wang', 'li', 'zhao']) run('account', 'put', login, '--name', `测试${login}`, '--roles', 'R03', '--region', '130302');
  server = spawn(zhijian, ['serve', '--listen', `127.0.0.1:${port}`], { env, stdio: 'ignore' });
  for (let i = 0; ; i += 1) {
    if (await fetch(`${site}/health`).then((r) => r.ok, () => false)) break;
    assert.ok(i < 300, 'the server starts');
    await new Promise((r) => setTimeout(r, 200));
  }
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.kill();
  await idp?.stop();
  if (home) rmSync(home, { recursive: true, force: true });
});

async function fresh(size = { width: 1440, height: 900 }) {
  const context = await browser.newContext({ viewport: size, locale: 'zh-CN' });
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && !/status of 4\d\d/.test(message.text()) && page.faults.push(message.text()));
  return page;
}

async function signIn(page, login, secret = password) {
  await page.goto(`${site}/login`);
  await page.fill('#login', login);
  await page.fill('#password', secret);
  await Promise.all([page.waitForNavigation(), page.click('button[type=submit]:has-text("登录")')]);
}

/** The first sign-in of an account made at the console: it sets a password of its own. */
async function firstSignIn(page, login) {
  await signIn(page, login);
  await page.fill('#old', password);
  await page.fill('#new', `${password} ${'again'}`);
  await page.fill('#repeat', `${password} ${'again'}`);
  await Promise.all([page.waitForNavigation(), page.click('button:has-text("保存")')]);
}
const own = `${password} again`;

async function signOut(page) {
  await page.goto(`${site}/me`);
  await Promise.all([page.waitForURL(/\/login/), page.locator('main form[action="/logout"] button').click()]);
}

async function look(page, name) {
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    await page.setViewportSize({ width, height });
    await shot(page, `${name}-${width}`);
    assert.ok(await overflow(page) <= 0, `${name} is wider than ${width}`);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  assert.deepEqual(await accessibility(page), [], name);
}

function code(secret, at = Date.now()) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const digest = createHmac('sha1', key).update(step).digest();
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
}

test('an administrator invites, the invited person sets the password', async () => {
  const page = await fresh();
  await firstSignIn(page, 'admin');
  await page.goto(`${site}/accounts/new`);
  await look(page, 'account-new');
  await page.fill('#login', 'guest');
  await page.fill('#name', '测试客人');
  await page.fill('#region', '130302');
  await page.check('input[name=roles][value=R03]');
  await Promise.all([page.waitForNavigation(), page.click('button:has-text("邀请链接")')]);
  const link = (await page.textContent('.password code')).trim();
  assert.ok(link.startsWith(`${site}/invite/`), link);
  await look(page, 'invitation');
  for (const [path, name] of [['/accounts', 'accounts'], ['/accounts/guest', 'account'], ['/security', 'security'], ['/system', 'system']]) {
    await page.goto(site + path);
    await look(page, name);
  }
  const guest = await fresh();
  await guest.goto(link);
  await look(guest, 'invite');
  await guest.fill('#new', 'somebody of this house');
  await guest.fill('#repeat', 'somebody of this house');
  await Promise.all([guest.waitForNavigation(), guest.click('button:has-text("设置密码")')]);
  await signIn(guest, 'guest', 'somebody of this house');
  assert.equal(new URL(guest.url()).pathname, '/');
  assert.equal((await guest.goto(link)).status(), 404, 'the link is used up');
  assert.deepEqual([...page.faults, ...guest.faults], []);
});

test('an authenticator app is enrolled by QR code and asked for from then on', async () => {
  const page = await fresh();
  await firstSignIn(page, 'wang');
  await page.goto(`${site}/me/factors`);
  await look(page, 'factors');
  await page.fill('#totp-name', '办公手机');
  await page.fill('#totp-password', own);
  await Promise.all([page.waitForNavigation(), page.click('button:has-text("下一步")')]);
  await page.waitForSelector('svg.qr path');
  await look(page, 'factors-scan');
  const secret = (await page.locator('.password code').textContent()).trim();
  await page.fill('#code', code(secret));
  await Promise.all([page.waitForNavigation(), page.click('button:has-text("启用")')]);
  const codes = await page.locator('.recovery-codes code').allTextContents();
  assert.equal(codes.length, 10);
  await look(page, 'recovery-codes');
  await signOut(page);
  await signIn(page, 'wang', own);
  assert.equal(new URL(page.url()).pathname, '/login/second');
  await look(page, 'login-second');
  await page.fill('#code', '000000');
  await Promise.all([page.waitForNavigation(), page.click('button:has-text("确认登录")')]);
  assert.match(await page.textContent('main'), /验证码不正确/);
  await page.fill('#code', codes[0]);
  await Promise.all([page.waitForNavigation(), page.click('button:has-text("确认登录")')]);
  assert.equal(new URL(page.url()).pathname, '/');
  for (const [path, name] of [['/me', 'me'], ['/me/sessions', 'sessions'], ['/me/tokens', 'tokens'], ['/me/factors', 'factors-on']]) {
    await page.goto(site + path);
    await look(page, name);
  }
  assert.deepEqual(page.faults, []);
});

test('a passkey is registered, signs in without a password, and is removed', async () => {
  const page = await fresh();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  await firstSignIn(page, 'li');
  await page.goto(`${site}/me/factors`);
  await page.click('summary:has-text("添加通行密钥")');
  await page.fill('#passkey-name', '办公电脑');
  await page.fill('#passkey-password', own);
  await page.click('button:has-text("注册通行密钥")');
  await page.waitForSelector('text=通行密钥已注册', { timeout: 8000 }).catch(async () => assert.fail(await page.textContent('#notice')));
  assert.equal((await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length, 1);
  await look(page, 'passkey');
  await signOut(page);
  await look(page, 'login');
  await page.click('button:has-text("用通行密钥登录")');
  await page.waitForURL(`${site}/`);
  await page.goto(`${site}/me/sessions`);
  assert.match(await page.textContent('main'), /通行密钥/);
  // A password alone no longer suffices.
  await signOut(page);
  await signIn(page, 'li', own);
  assert.equal(new URL(page.url()).pathname, '/login/second');
  await page.click('button:has-text("用通行密钥登录")');
  await page.waitForURL(`${site}/`);
  // An authenticator that does not verify its person is not let in.
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await signOut(page);
  await page.click('button:has-text("用通行密钥登录")');
  await page.waitForSelector('#notice .notice-error');
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await page.click('button:has-text("用通行密钥登录")');
  await page.waitForURL(`${site}/`);
  await page.goto(`${site}/me/factors`);
  await page.click('summary:has-text("办公电脑")');
  await Promise.all([page.waitForNavigation(), page.click('button:has-text("移除")')]);
  assert.match(await page.textContent('main'), /已移除/);
  await signOut(page);
  await page.click('button:has-text("用通行密钥登录")');
  await page.waitForSelector('#notice .notice-error');
  assert.deepEqual(page.faults, []);
});

/** Signs in at the provider, and agrees where it asks. */
async function atProvider(page, name) {
  await page.waitForSelector('input[name=login]');
  await page.fill('input[name=login]', name);
  await page.fill('input[name=password]', 'anything');
  await page.click('button[type=submit]');
  await page.waitForLoadState();
  while (page.url().startsWith(idp.issuer)) {
    await page.click('button[type=submit]');
    await page.waitForLoadState();
  }
}

test('single sign-on opens the account that it was linked to, and makes none', async () => {
  const page = await fresh();
  await page.goto(`${site}/login`);
  await page.click('a:has-text("政务统一身份")');
  await atProvider(page, 'subject-of-zhao');
  assert.match(await page.textContent('main'), /尚未关联/, 'nobody is made up');
  const linked = await fresh();
  await firstSignIn(linked, 'zhao');
  await linked.goto(`${site}/me/factors`);
  await linked.fill('#sso-password', own);
  await Promise.all([linked.waitForNavigation(), linked.click('button:has-text("关联身份")')]);
  await linked.click('a:has-text("前往")');
  await atProvider(linked, 'subject-of-zhao');
  await linked.waitForSelector('text=已关联单点登录身份');
  const other = await fresh();
  await other.goto(`${site}/login?next=%2Fkinds`);
  await other.click('a:has-text("政务统一身份")');
  await atProvider(other, 'subject-of-zhao');
  assert.equal(new URL(other.url()).pathname, '/kinds');
  await other.goto(`${site}/me`);
  assert.match(await other.textContent('main'), /测试zhao/);
  // An answer of the provider that another browser asked for does not fit.
  const stranger = await fresh();
  assert.equal((await stranger.goto(`${site}/login/sso/back?code=x&state=y`)).status(), 400);
});
