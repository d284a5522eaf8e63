// What staff order about customers and the bank's own data: restrictions, freezes, tiers, the tariff, watch lists; and a
// customer's own limits. axe looks at every screen, and each must fit 320 px.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDemo, send, signIn, sound, visit } from './demo.mjs';
import { person } from './harness.mjs';

let demo;
let bank;
let browser;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

test('a customer sees his limits, and staff restrict, freeze and move him', { timeout: 300_000 }, async () => {
  let account;
  await person(browser, 'the customer', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'customer');
    await page.goto('/accounts');
    account = new URL(await page.locator('main a.card').first().getAttribute('href'), bank.url).pathname;
    await visit(page, '/limits', 'limits');
    await visit(page, '/limits/own-cap', 'limits-own-cap');
    await page.fill('#f-cap', 'many');
    await send(page);
    await sound(page, 'limits-wrong');
    await page.fill('#f-cap', '2000');
    await send(page);
    assert.match(new URL(page.url()).pathname, /^\/limits$/);
  });
  await person(browser, 'the manager', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'manager');
    await visit(page, `${account}/restriction`, 'restriction');
    await send(page);
    await sound(page, 'restriction-wrong');
    await page.check('input[value=freeze]', { force: true });
    await page.fill('#f-amount', '100');
    await page.fill('#f-basis', '民事诉讼法第二百五十三条');
    await page.fill('#f-document', '（2026）沧01执12号');
    await send(page);
    await visit(page, account, 'account-restricted');
    await visit(page, `${account}/restrictions/1/lifting`, 'lifting');
    await page.fill('#f-reason', '解除冻结通知书 13 号');
    await send(page);
    assert.match(page.url(), /\/approvals\/appr_/);
    await visit(page, new URL(page.url()).pathname, 'lifting-asked');

    await page.goto(account);
    const freezes = await page.locator('main a[href^="/freezes/"]').getAttribute('href');
    await visit(page, `${freezes}/new`, 'freeze-new');
    await send(page);
    await sound(page, 'freeze-new-wrong');
    await page.check('input[value=stop_debits]', { force: true });
    await page.check('input[value=police_stop]', { force: true });
    await page.fill('#f-document', '公刑 21');
    await page.fill('#f-reason', '紧急止付');
    await send(page);
    await visit(page, freezes, 'freezes');
    await visit(page, `${freezes}/1/release`, 'freeze-release');
    const customer = freezes.replace('/freezes/', '/customers/');
    await visit(page, customer, 'customer-frozen');
    await visit(page, `${customer}/tier`, 'tier');
  });
  await person(browser, 'the teller', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'teller');
    await visit(page, `${account}/closing`, 'closing');
    await page.fill('#f-reason', '本人申请');
    await send(page);
    await sound(page, 'closing-refused');
  });
});

test('the head office sets a tariff, the risk desk its lists', { timeout: 300_000 }, async () => {
  const entry = (from, fee) =>
    `[[price]]\ncode = "transfer.same_bank"\nversion = 2\nkind = "list"\noperation = "transfer"\nreach = "same_bank"\npayer = "any"\neffective_from = "${from}"\nbasis = "own"\ndocument = "本行价目表 2"\nname = { zh = "行内转账", en = "Transfer within the bank" }\nbands = [{ fixed = "${fee}" }]\n`;
  const file = (text) => ({ name: 'new.toml', mimeType: 'application/toml', buffer: Buffer.from(text) });
  await person(browser, 'the administrator', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'admin');
    await visit(page, '/tariff', 'tariff');
    await page.setInputFiles('#f-file', file(entry('2020-01-01', 'two')));
    await send(page);
    await sound(page, 'tariff-faults');
    await page.goto('/tariff');
    await page.setInputFiles('#f-file', file(entry('2040-01-01', '2')));
    await send(page);
    await visit(page, new URL(page.url()).pathname, 'tariff-draft');
    await page.fill('#f-reason', '按文件 2 调整');
    await send(page);
    assert.match(page.url(), /\/approvals\/appr_/);
    await visit(page, new URL(page.url()).pathname, 'tariff-asked');
  });
  await person(browser, 'the risk officer', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'risk');
    await visit(page, '/guard', 'guard');
    await visit(page, '/guard/lists', 'lists');
    await visit(page, '/guard/lists/entry', 'list-entry');
    await send(page);
    await sound(page, 'list-entry-wrong');
    await page.check('input[value=grey]', { force: true });
    await page.check('input[value=phone]', { force: true });
    await page.fill('#f-value', '13900001111');
    await page.fill('#f-source', '公函 7');
    await page.fill('#f-until', '2030-01-01');
    await page.fill('#f-reason', '协查');
    await send(page);
    assert.match(page.url(), /\/approvals\/appr_/);
    await sound(page, 'list-asked');
  });
  await person(browser, 'the auditor', { url: bank.url }, async (page) => {
    await signIn(page, 'auditor');
    await visit(page, '/audit?from=2026-01-01&to=2040-01-01', 'audit-days');
    await visit(page, '/guard', 'guard-read');
  });
});
