// What authorities order and what a customer protects himself with, as officers and tellers see it: lists, one order, what may be ordered
// next, the lock of somebody at the counter, a case on paper. Each looked at in both languages and at 320 px.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDemo, send, signIn, sound, visit } from './demo.mjs';
import { person } from './harness.mjs';

const DOCUMENT = '990102194803099194';

let demo;
let bank;
let browser;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const href = (page, start) => page.locator(`main a[href^="${start}"]`).first().getAttribute('href');

test('an officer reads orders of authorities and what may be ordered next', { timeout: 300_000 }, () =>
  person(browser, 'the risk officer', { url: bank.url }, async (page) => {
    await signIn(page, 'risk');
    await visit(page, '/orders?show=standing', 'orders');
    const order = await href(page, '/orders/aord_');
    await visit(page, order, 'order');
    for (const kind of ['renew', 'release', 'deduct']) {
      const next = await href(page, `/orders/new?kind=${kind}`);
      if (next) await visit(page, next, `order-${kind}`);
      await page.goto(order);
    }
    await visit(page, `${order}/looks`, 'order-looks');
    await visit(page, '/orders/new', 'order-new');
    await visit(page, '/orders/stop', 'order-stop');
    await visit(page, '/verified-firms', 'verified-firms');
    const firm = await href(page, '/firms/');
    await visit(page, firm, 'firm-class');
    await visit(page, '/cases/new', 'case-new');
    await page.goto('/cases?show=mine');
    const one = await href(page, '/cases/fcas_');
    await visit(page, `${one}/sheet`, 'case-sheet');
  }));

test('a teller locks the account of somebody who stands there', { timeout: 300_000 }, () =>
  person(browser, 'the teller', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'teller');
    await page.goto('/counter');
    await page.fill('[name=number]', DOCUMENT);
    await send(page);
    await Promise.all([page.waitForNavigation(), page.locator('main a[href$="/lock"]').click()]);
    const lock = new URL(page.url()).pathname;
    await visit(page, lock, 'counter-lock');
    await Promise.all([page.waitForNavigation(), page.locator(`form[action="${lock}/all"] button`).click()]);
    await sound(page, 'counter-locked');
    await visit(page, `${lock}/everything`, 'counter-lock-part');
    await page.locator('[name=choice][value=open]').check({ force: true });
    await send(page);
    assert.equal(await page.locator('main .field-error').count(), 1, 'nobody saw a document');
    await page.locator('[name=document]').check({ force: true });
    await page.locator('[name=choice][value=open]').check({ force: true });
    await send(page);
    assert.equal(new URL(page.url()).pathname, lock);
    await sound(page, 'counter-lock-waits');
  }));
