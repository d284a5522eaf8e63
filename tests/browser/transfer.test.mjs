// Paying: a customer on a phone keeps a payee, pays later and calls it off; an elder without scripts answers one question a page;
// a firm pays by file, its maker and its checker two persons.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, code, openDemo, send, signIn, sleep, sound, visit } from './demo.mjs';
import { person } from './harness.mjs';

const PHONE = { width: 360, height: 740 };
// A test account at the other bank that the demo's carrier knows.
const NAME = '周外行';
const NUMBER = '9900010000000018';
const BANK = '990001000013';

let demo;
before(async () => {
  demo = await openDemo();
});
after(() => demo?.close());

/** Presses a button of the page by what it sends. */
const press = (page, name, value) =>
  Promise.all([page.waitForNavigation(), page.locator(`main button[name="${name}"][value="${value}"]`).last().click()]);

test('a customer keeps a payee, sends him money for tomorrow and calls it off', { timeout: 300_000 }, async () => {
  const { browser, bank } = demo;
  await person(browser, 'the customer', { url: bank.url, ...PHONE, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'customer');
    await visit(page, '/payees/new', 'payee-new');
    await send(page);
    await sound(page, 'payee-new-wrong');
    await page.fill('#f-name', NAME);
    await page.fill('#f-number', NUMBER);
    await page.fill('#f-bank', BANK);
    await page.fill('#f-nickname', '女儿');
    await send(page);
    assert.equal(at(page), '/payees');
    await visit(page, '/payees', 'payees');
    await page.locator('main table a', { hasText: '付款' }).first().click();
    await sound(page, 'pay');
    await page.fill('#f-amount', '200');
    await page.check('input[value=next_day]', { force: true });
    await press(page, 'step', 'check');
    await sound(page, 'pay-check');
    assert.match(await page.textContent('main'), /贰佰元整/);
    await press(page, 'step', 'send');
    await sound(page, 'pay-delayed');
    assert.match(await page.textContent('main'), /还有 (1 天|23 小时)/);
    await page.locator('main a[href$="/cancellation"]').click();
    await send(page);
    assert.match(await page.textContent('main'), /已撤销/);
    await visit(page, '/payments', 'payments');
    await visit(page, '/limits', 'limits');
    await visit(page, '/limits/own-cap', 'own-cap');
  });
});

test('an elder without scripts pays a known payee, one question a page', { timeout: 300_000 }, async () => {
  const { browser, bank } = demo;
  const options = { url: bank.url, ...PHONE, javaScript: false };
  await person(browser, 'the elder', options, async (page) => {
    await page.goto('/?mode=elder');
    await signIn(page, 'elder');
    await page.goto('/payees/new');
    await sound(page, 'elder-payee-name');
    await page.fill('#f-name', NAME);
    await press(page, 'step', 'q0');
    await page.fill('#f-number', NUMBER);
    await page.fill('#f-bank', BANK);
    await press(page, 'step', 'q1');
    await page.fill('#f-nickname', '女儿');
    await press(page, 'step', 'q2');
    assert.equal(at(page), '/payees');
    await sound(page, 'elder-payees');
    await page.goto('/pay');
    await sound(page, 'elder-pay-whom');
    await Promise.all([page.waitForNavigation(), page.locator('main button[name=payee]', { hasText: '女儿' }).click()]);
    await sound(page, 'elder-pay-amount');
    await page.fill('#f-amount', '200');
    await press(page, 'step', 'q1');
    for (const asked of ['safe_caller', 'safe_code', 'safe_secret']) await page.check(`input[name=${asked}][value=no]`, { force: true });
    await sound(page, 'elder-pay-safety');
    await Promise.all([page.waitForNavigation(), page.locator('main button[name=step]').last().click()]);
    await sound(page, 'elder-pay-check');
    assert.match(await page.textContent('main'), /贰佰元整[^]*两小时后到账/);
    await press(page, 'step', 'send');
    await sound(page, 'elder-pay-delayed');
    assert.match(await page.textContent('main'), /已受理，稍后到账/);
    await page.goto('/payments');
    await sound(page, 'elder-payments');
    await page.goto('/limits');
    await sound(page, 'elder-limits');
  });
});

const RUN_SECONDS_MAX = 60;
const LOOK_MS = 500;

async function forFirm(page, name) {
  await signIn(page, name);
  await page.goto('/home');
  await send(page, 'form[action="/act-for"] button');
}

test('a firm pays by file: one sends it, another agrees, each line is paid', { timeout: 300_000 }, async () => {
  const { browser, bank } = demo;
  const options = { url: bank.url, expected: /status of 422/ };
  const text = `收款人户名,收款账号,开户行,金额,附言\n${NAME},${NUMBER},${BANK},12.00,运费\n${NAME},${NUMBER},${BANK},abc,货款\n`;
  let file;
  await person(browser, 'the maker', options, async (page) => {
    await forFirm(page, 'payclerk');
    await visit(page, '/bulk/new', 'bulk-new');
    await send(page);
    await sound(page, 'bulk-new-wrong');
    const upload = async () => {
      const account = page.locator('input[name=from]').first();
      if (await account.count()) await account.check({ force: true });
      await page.setInputFiles('[name=file]', { name: '付款.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
      await send(page);
    };
    await upload();
    file = at(page);
    assert.match(file, /^\/bulk\/bulk_/);
    assert.match(await page.textContent('main'), /D3/, 'the cell that is wrong');
    await page.goto('/bulk/new');
    await upload();
    assert.equal(at(page), file, 'the same file is not taken twice');
    assert.match(await page.textContent('main'), /以前上传过/);
    await sound(page, 'bulk-known');
    await visit(page, `${file}/cancellation`, 'bulk-cancellation');
    await visit(page, file, 'bulk-draft');
    await send(page, 'main form[action$="/submission"] button');
    assert.match(at(page), /^\/approvals\//);
    await visit(page, file, 'bulk-submitted');
  });
  await person(browser, 'the checker', options, async (page) => {
    await forFirm(page, 'paycheck');
    await page.goto('/approvals');
    await page.locator('main a', { hasText: '批量付款' }).first().click();
    await visit(page, at(page), 'bulk-approval');
    await page.locator(`main a[href="${file}"]`).click();
    assert.match(await page.textContent('main'), /周\*+[^]*运费[^]*12\.00/, 'every line is seen before it is agreed to');
    await page.goBack();
    await page.locator('main a[href$="/approval"]').first().click();
    if (at(page) === '/step-up') {
      await page.fill('[name=code]', await code('paycheck'));
      await send(page);
    }
    await send(page);
    for (let waited = 0; waited < RUN_SECONDS_MAX * 1000; waited += LOOK_MS) {
      await page.goto(file);
      if (/已办完/.test(await page.textContent('main'))) break;
      await sleep(LOOK_MS);
    }
    await visit(page, file, 'bulk-paid');
    assert.match(await page.textContent('main'), /已付出/);
    await visit(page, '/bulk', 'bulk-list');
  });
});
