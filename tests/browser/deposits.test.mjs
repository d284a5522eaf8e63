// Deposits: an elder breaks a term early and sees what it costs before anything moves, without scripts; a customer opens one,
// gives notice and takes it back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, openDemo, send, signIn, sound, visit } from './demo.mjs';
import { person } from './harness.mjs';

let demo;
let bank;
let browser;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const click = (page, selector) => Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
const yuan = (text) => Number(text.match(/[\d,]+\.\d\d/)[0].replaceAll(',', ''));
const held = async (page) => {
  await page.goto('/deposits');
  return (await page.locator('main a.card .card-amount').allTextContents()).map(yuan);
};

test('an elder sees what breaking a term deposit costs before she does it, scripts off', { timeout: 300_000 }, () =>
  person(browser, 'the elder', { url: bank.url, javaScript: false }, async (page) => {
    await page.goto('/?mode=elder');
    await signIn(page, 'elder');
    await page.goto('/accounts');
    await click(page, 'main a[href="/deposits"]');
    await sound(page, 'elder-deposits');
    const before = await held(page);
    assert.deepEqual([...before].sort((a, b) => a - b), [8000, 30000]);

    await page.locator('main a.card', { hasText: '30,000.00' }).click();
    await sound(page, 'elder-deposit');
    const deposit = at(page);
    await click(page, `a[href="${deposit}/draw"]`);
    await sound(page, 'elder-draw');
    await page.locator('[name=all][value=all]').check({ force: true });
    await send(page);
    assert.equal(at(page), `${deposit}/draw`);
    const cost = await page.locator('main .notice').first().textContent();
    const lost = yuan(cost);
    assert.ok(lost > 0, cost);
    await sound(page, 'elder-cost');
    assert.deepEqual(await held(page), before, 'nothing moved while she looked');

    await page.goto(`${deposit}/draw`);
    await page.locator('[name=all][value=all]').check({ force: true });
    await send(page);
    const arrives = yuan(await page.locator('.summary-row', { hasText: '到账金额' }).textContent());
    const doing = page.locator('main button[value=send]');
    assert.equal(yuan(await doing.textContent()), lost, 'the button names the cost');
    await Promise.all([page.waitForNavigation(), doing.click()]);
    assert.match(at(page), /\/steps\/\d+$/);
    await sound(page, 'elder-drawn');
    assert.ok((await page.locator('main').textContent()).includes('已结清'));
    assert.deepEqual(await held(page), [8000]);
    await page.goto('/accounts');
    assert.ok(arrives > 30000 && arrives < 30000 + 400, `${arrives}`);
  }));

test('a customer opens a term deposit and gives notice on another', { timeout: 300_000 }, () =>
  person(browser, 'the customer', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'customer');
    await visit(page, '/deposits', 'deposits');
    await visit(page, '/deposits/new', 'deposit-new');
    await page.locator('[name=what][value="term|1y"]').check({ force: true });
    await page.fill('[name=amount]', '10');
    if (await page.locator('[name=from]').count()) await page.locator('[name=from]').first().check({ force: true });
    await send(page);
    await sound(page, 'deposit-too-small');
    assert.equal(await page.locator('.field-error').count(), 1, 'less than the smallest');
    await page.fill('[name=amount]', '1000');
    await page.locator('[name=rollover][value=principal]').check({ force: true });
    await send(page);
    await sound(page, 'deposit-check');
    await Promise.all([page.waitForNavigation(), page.locator('main button[value=send]').click()]);
    assert.match(at(page), /\/steps\/1$/);
    await sound(page, 'deposit-opened');
    assert.deepEqual((await held(page)).sort((a, b) => a - b), [1000, 60000]);

    await page.locator('main a.card', { hasText: '60,000.00' }).click();
    const deposit = at(page);
    await click(page, `a[href="${deposit}/notice"]`);
    await sound(page, 'deposit-notice');
    await page.fill('[name=amount]', '60000');
    await send(page);
    await sound(page, 'deposit-noticed');
    assert.equal(await page.locator('form[action$="/cancellation"]').count(), 1);
    await click(page, 'form[action$="/cancellation"] button');
    assert.equal(await page.locator('form[action$="/cancellation"]').count(), 0);
  }));
