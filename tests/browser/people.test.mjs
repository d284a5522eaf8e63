// How somebody joins the bank: an administrator takes him on, makes his sign-in name, hands the first password over and asks for
// a role; a second administrator agrees; the new colleague replaces the password before anything else opens. Then what branch
// staff enter: a customer and a firm. axe looks at every screen, and each must fit 320 px.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { fresh, openDemo, send, signIn, signInWith, sound } from './demo.mjs';
import { person } from './harness.mjs';

const STEP_MS = 30_000;
const OWN_PASSWORD = 'lantern-harbour-2468';

let demo;
let bank;
let browser;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

/** RFC 6238 from the secret as it is typed: Base32 in groups of four. */
function authenticator(typed) {
  const bits = [...typed.replaceAll(' ', '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  return () => {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS)));
    const mac = createHmac('sha1', key).update(counter).digest();
    const at = mac.at(-1) & 15;
    return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
  };
}

test('somebody joins, gets a role by two and a password of his own', { timeout: 300_000 }, async () => {
  let [colleague, given, secret] = [];
  await person(browser, 'the administrator', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'admin');
    await page.goto('/staff');
    await sound(page, 'staff');
    await page.goto('/grants');
    await sound(page, 'grants');
    await page.goto('/branches');
    await sound(page, 'branches');
    await page.goto('/branches/opening');
    await sound(page, 'branch-opening');
    await page.goto('/staff/joining');
    await send(page);
    await sound(page, 'staff-joining-wrong');
    await page.selectOption('#f-branch', { index: 1 });
    await page.fill('#f-number', '97001');
    await page.fill('#f-name', '程新来');
    await send(page);
    assert.match(page.url(), /\/staff\/staf_/);
    await sound(page, 'staff-new');
    colleague = new URL(page.url()).pathname;

    await page.goto(`${colleague}/login`);
    await sound(page, 'login-make');
    await page.fill('#f-name', 'cheng.new');
    await send(page);
    await sound(page, 'login-issued');
    assert.equal(await page.locator('svg.qr').count(), 1);
    [, given, secret] = await page.locator('main dl code').allTextContents();

    await page.goto(`${colleague}/role`);
    await page.selectOption('#f-role', 'teller');
    await page.fill('#f-per_transaction', '50000');
    await page.fill('#f-note', '新到岗');
    await sound(page, 'role-give');
    await send(page);
    assert.match(page.url(), /\/approvals\/appr_/);
    await sound(page, 'role-asked');
  });

  await person(browser, 'the second administrator', { url: bank.url, locale: 'en' }, async (page) => {
    await signIn(page, 'admin2');
    await page.goto('/approvals?lang=en');
    await Promise.all([page.waitForNavigation(), page.locator('main table a', { hasText: 'Grant of rights' }).first().click()]);
    await sound(page, 'role-to-approve');
    await page.goto(`${page.url().split('?')[0]}/approval`);
    await send(page);
    await page.goto(colleague);
    assert.match(await page.locator('main table').textContent(), /teller/);
    await sound(page, 'staff-with-a-role-en');
  });

  await person(browser, 'the new colleague', { url: bank.url, javaScript: false, expected: /status of 422/ }, async (page) => {
    const code = authenticator(secret);
    await signInWith(page, 'cheng.new', given, await fresh('cheng.new', code));
    assert.match(page.url(), /\/password$/);
    await page.goto('/customers');
    assert.match(page.url(), /\/password$/, 'nothing else opens');
    await sound(page, 'password-first');
    const fill = async (again) => {
      await page.fill('#f-old', given);
      await page.fill('#f-code', await fresh('cheng.new', code));
      await page.fill('#f-new', OWN_PASSWORD);
      await page.fill('#f-again', again);
      await send(page);
    };
    await fill('something-else-1');
    await sound(page, 'password-wrong');
    await fill(OWN_PASSWORD);
    assert.match(page.url(), /done=yes/);
    await sound(page, 'password-done');
    await page.goto('/customers/registration');
    await sound(page, 'customer-registration');
    await page.check('input[name=document][value=passport]', { force: true });
    await page.fill('#f-number', 'X7654321');
    await page.fill('#f-country', 'GB');
    await page.fill('#f-name', 'ADA LANTERN');
    await page.fill('#f-phone', '+441234567890');
    await send(page);
    await sound(page, 'customer-registration-wrong');
    await page.fill('#f-born', '1990');
    await page.fill('#f-born-month', '4');
    await page.fill('#f-born-day', '12');
    await send(page);
    assert.match(page.url(), /\/customers\/pers_/);
    await sound(page, 'customer-new');
    await page.goto('/firms');
    await sound(page, 'firms');
    await page.goto('/firms/registration');
    await sound(page, 'firm-registration');
    await page.fill('#f-credit_code', '91990102MA0000001D');
    await page.fill('#f-name', '测试船务有限公司');
    await page.check('input[name=size][value=small]', { force: true });
    await send(page);
    assert.match(page.url(), /\/firms\/firm_/);
    await sound(page, 'firm-new');
  });
});

test('an owner sees who may act for his firm and makes a program', { timeout: 120_000 }, async () => {
  await person(browser, 'the owner', { url: bank.url }, async (page) => {
    await signIn(page, 'payowner');
    await page.goto('/act-for');
    await page.locator('main input[name=firm]').nth(1).check({ force: true });
    await send(page);
    await page.goto('/firm');
    await sound(page, 'firm-own');
    const firm = new URL(page.url()).pathname;
    await page.goto(`${firm}/role`);
    await sound(page, 'firm-role');
    await page.goto(`${firm}/control`);
    await sound(page, 'firm-control');
    await page.goto(`${firm}/programs`);
    await page.fill('#f-name', 'ERP');
    await page.check('input[name=scope][value="wage.read"]', { force: true });
    await sound(page, 'program-make');
    await send(page);
    await sound(page, 'program-issued');
  });
});
