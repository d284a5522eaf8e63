// Wealth products: a customer answers the questions about risk and buys what suits him, without scripts; what does not suit him is
// refused in plain words; he calls the order off. A sale to an elder at the counter is recorded from beginning to end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, openDemo, send, signIn, sound, visit } from './demo.mjs';
import { person } from './harness.mjs';

let demo;
let bank;
let browser;
let elders;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const click = (page, selector) => Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
const MIDDLE = 1;

test('a customer is asked, buys what suits him and calls it off, scripts off', { timeout: 300_000 }, () =>
  person(browser, 'the buyer', { url: bank.url, javaScript: false, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'customer');
    await visit(page, '/wealth', 'wealth');
    await click(page, 'a[href="/wealth/questions"]');
    await send(page);
    assert.ok((await page.locator('.field-error').count()) > 1, 'each question that was left out is named');
    for (const name of await page.locator('main input[type=radio]').evaluateAll((all) => [...new Set(all.map((a) => a.name))])) {
      await page.locator(`[name="${name}"][value="${MIDDLE}"]`).check({ force: true });
    }
    await sound(page, 'wealth-questions');
    await send(page);
    assert.equal(at(page), '/wealth/level');
    await sound(page, 'wealth-level');

    await visit(page, '/wealth/products/equity.one', 'wealth-too-risky');
    assert.equal(await page.locator('a[href$="/order"]').count(), 0, 'what is above his level is not offered');
    await page.goto('/wealth/products/equity.one/order');
    await page.fill('[name=amount]', '10000');
    if (await page.locator('[name=from]').count()) await page.locator('[name=from]').first().check({ force: true });
    await send(page);
    await sound(page, 'wealth-refused');
    assert.equal(await page.locator('main button[value=send]').count(), 0, 'nor taken when he goes there himself');

    await visit(page, '/wealth/products/steady.bond', 'wealth-product');
    await click(page, 'a[href$="/order"]');
    await page.fill('[name=amount]', '1000');
    if (await page.locator('[name=from]').count()) await page.locator('[name=from]').first().check({ force: true });
    await send(page);
    await sound(page, 'wealth-check');
    await Promise.all([page.waitForNavigation(), page.locator('main button[value=send]').click()]);
    assert.match(at(page), /^\/wealth\/orders\//);
    await sound(page, 'wealth-ordered');
    await click(page, 'form[action$="/cancellation"] button');
    await sound(page, 'wealth-called-off');
    assert.equal(await page.locator('form[action$="/cancellation"]').count(), 0);
    assert.ok((await page.locator('main').textContent()).includes('已撤单'));
  }));

test('an elder sees what she holds, one thing a page', { timeout: 200_000 }, () =>
  person(browser, 'the elder', { url: bank.url }, async (page) => {
    await page.goto('/?mode=elder');
    await signIn(page, 'elder');
    await visit(page, '/wealth', 'wealth-elder');
    await page.locator('main a.card[href^="/wealth/holdings/"]').first().click();
    await sound(page, 'wealth-elder-holding');
    await page.goto('/accounts');
    elders = (await page.locator('main a[href^="/accounts/acct_"]').first().getAttribute('href')).split('/').pop();
  }));

test('a sale to an elder at the counter is recorded before it can be made', { timeout: 300_000 }, () =>
  person(browser, 'the teller', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'teller');
    await page.goto(`/wealth/products/cash.daily/order?at=${elders}`);
    await page.fill('[name=amount]', '1000');
    if (await page.locator('[name=from]').count()) await page.locator('[name=from]').first().check({ force: true });
    await send(page);
    await Promise.all([page.waitForNavigation(), page.locator('main button[value=send]').click()]);
    await sound(page, 'wealth-unrecorded');
    assert.ok((await page.locator('main').textContent()).includes('录音录像'), 'nothing is sold without a recording');
    await visit(page, `/wealth/sale?at=${elders}`, 'wealth-sale');
    await page.locator('[name=product][value="cash.daily"]').check({ force: true });
    await send(page);
    assert.match(at(page), /^\/wealth\/recordings\//);
    await sound(page, 'wealth-recording');
    await send(page, 'form[action$="/end"] button');
    await page.fill('[name=amount]', '1000');
    if (await page.locator('[name=from]').count()) await page.locator('[name=from]').first().check({ force: true });
    await send(page);
    await sound(page, 'wealth-sale-check');
    await Promise.all([page.waitForNavigation(), page.locator('main button[value=send]').click()]);
    assert.match(at(page), /^\/wealth\/orders\//);
    await sound(page, 'wealth-sold');
  }));
