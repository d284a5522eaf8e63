// Seeing one's money and proving it: a statement is searched, a line opened, its receipt taken as PDF and checked by a stranger without
// signing in; once in large type, once without scripts. Staff look at a customer with a reason.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { openDemo, send, signIn, sound, visit } from './demo.mjs';
import { axe, person } from './harness.mjs';

let demo;
let bank;
let browser;
let account;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const path = (page) => new URL(page.url()).pathname;
const click = (page, selector) => Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
const statement = async (page) => {
  await page.goto('/accounts');
  account = new URL(await page.locator('main a.card').first().getAttribute('href'), bank.url).pathname;
  return `${account}/statement`;
};

test('a customer searches his statement, and a stranger checks his receipt', { timeout: 300_000 }, async () => {
  let code;
  await person(browser, 'the customer', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'customer');
    await visit(page, '/accounts', 'accounts');
    const here = await statement(page);
    await visit(page, here.replace('/statement', ''), 'account');
    await visit(page, `${here}?days=year`, 'statement');
    const all = await page.locator('main tbody tr').count();
    await page.locator('.statement-search summary').click();
    await page.fill('#f-min', '100000000');
    await click(page, '.filter-bar button[type=submit]');
    assert.ok((await page.locator('a[href*="/lines/"]').count()) < all, 'a search leaves lines out');
    await page.fill('#f-from', '2030-01-02');
    await page.fill('#f-to', '2030-01-01');
    await click(page, '.filter-bar button[type=submit]');
    await sound(page, 'statement-wrong');

    await page.goto(`${here}?days=year`);
    await page.locator('a[href*="/lines/"]').first().click();
    await page.locator('.drawer[open] .summary').waitFor();
    await axe(page);
    await click(page, '.drawer[open] .drawer-page');
    await visit(page, path(page), 'line');
    await send(page);
    await visit(page, path(page), 'receipt');
    code = (await page.locator('.paper-code-text').textContent()).trim();
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator('form[action$="/copies"] button[type=submit]').click()]);
    assert.match(file.suggestedFilename(), /\.pdf$/);
    assert.equal((await readFile(await file.path())).subarray(0, 5).toString(), '%PDF-');

    await page.goto(`${here}?days=year`);
    const [list] = await Promise.all([page.waitForEvent('download'), page.locator('button[value=csv]').click()]);
    assert.equal((await readFile(await list.path())).subarray(0, 3).toString('hex'), 'efbbbf');
    await click(page, 'button[value=pdf]');
    await sound(page, 'statement-document');
  });
  await person(browser, 'a stranger', { url: bank.url, expected: /status of (404|422)/ }, async (page) => {
    await visit(page, '/verify', 'verify');
    await page.fill('#f-code', code.toLowerCase().replaceAll('-', ' '));
    await click(page, 'main form button');
    assert.equal(await page.locator('.notice.tone-good').count(), 1, 'the bank knows it');
    await sound(page, 'verify-genuine');
    await page.fill('#f-code', code.slice(0, -1) + (code.endsWith('7') ? '8' : '7'));
    await click(page, 'main form button');
    await sound(page, 'verify-typo');
    await page.fill('#f-code', '0000-0000-0000-00000');
    await click(page, 'main form button');
    assert.equal(await page.locator('.notice.tone-danger').count(), 1, 'the bank does not know it');
    await sound(page, 'verify-unknown');
  });
});

test('an elder chooses days, reads sentences and takes a receipt, without scripts', { timeout: 300_000 }, async () => {
  await person(browser, 'the elder', { url: bank.url, javaScript: false, width: 360, height: 740 }, async (page) => {
    await page.goto('/?mode=elder');
    await signIn(page, 'customer');
    const here = await statement(page);
    await visit(page, here.replace('/statement', ''), 'elder-account');
    await visit(page, here, 'elder-days');
    assert.equal(await page.locator('main form').count(), 0, 'choosing is one tap');
    await click(page, 'main a.tile[href$="days=year"]');
    await sound(page, 'elder-list');
    assert.equal(await page.locator('main table').count(), 0);
    await click(page, 'a.sentence');
    await sound(page, 'elder-line');
    await send(page);
    await sound(page, 'elder-receipt');
    assert.equal(await page.locator('html').getAttribute('data-mode'), 'elder');
  });
});

test('staff look at a customer with a reason', { timeout: 300_000 }, async () => {
  await person(browser, 'the manager', { url: bank.url }, async (page) => {
    await signIn(page, 'manager');
    await page.goto(account);
    const customer = (await page.locator('main a[href^="/freezes/"]').getAttribute('href')).replace('/freezes/', '/customers/');
    await visit(page, customer, 'look-reason');
    await click(page, 'button[name=why][value=counter]');
    await sound(page, 'look-who');
    for (const side of ['money', 'orders', 'access']) {
      await click(page, `nav.tabs a[href*="side=${side}"]`);
      await sound(page, `look-${side}`);
    }
    await visit(page, `${account}/statement?days=year`, 'statement-staff');
  });
});
