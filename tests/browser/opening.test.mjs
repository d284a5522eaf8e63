// An account that is not opened: the teller asks the questions, refuses by what he sees, and prints the slip; the risk officer looks at
// openings, at customers to be reviewed, at a review of accounts, and goes back from a case to who opened its account.
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

/** Somebody who stands at the counter: the number of his document. */
const DOCUMENT = '990102194803099194';

const first = (page, prefix) => page.locator(`main a[href^="${prefix}"]`).first().getAttribute('href');

test('a teller asks, refuses and prints why', { timeout: 300_000 }, async () => {
  await person(browser, 'teller', { url: bank.url, expected: /422/ }, async (page) => {
    await signIn(page, 'teller');
    await page.goto('/counter');
    await page.fill('[name=number]', DOCUMENT);
    await send(page);
    const form = `${at(page)}/account`;
    await visit(page, form, 'opening-form');
    await page.click('main details.details summary');
    await page.check('input[name=reason][value=led_by_another]', { force: true });
    await send(page, 'main button[name=step][value=refuse]');
    assert.equal(at(page), form, 'what he saw is asked for');
    await sound(page, 'opening-unseen');
    await page.fill('#f-closer', '旁边的人替他回答问题');
    await page.check('input[name=a-use][value=wage]', { force: true });
    if (!(await page.locator('main button[name=step]').isVisible())) await page.click('main details.details summary');
    await send(page, 'main button[name=step][value=refuse]');
    assert.match(at(page), /^\/openings\/opng_/);
    assert.match(await page.textContent('main'), /15天/);
    await visit(page, at(page), 'opening-slip');
    await visit(page, '/openings', 'openings');
  });
});

test('an officer reviews customers and accounts, and goes back from a case', { timeout: 300_000 }, async () => {
  await person(browser, 'risk', { url: bank.url }, async (page) => {
    await signIn(page, 'risk');
    await visit(page, '/diligence', 'diligence');
    await visit(page, await first(page, '/diligence/pers_'), 'diligence-customer');
    await visit(page, '/stock-reviews/new', 'stock-new');
    await visit(page, '/stock-reviews', 'stock-reviews');
    await visit(page, await first(page, '/stock-reviews/stkr_'), 'stock-review');
    await page.goto('/cases');
    await page.goto(await first(page, '/cases/fcas_'));
    await visit(page, await first(page, '/cases/fcas_'), 'look-back');
  });
});
