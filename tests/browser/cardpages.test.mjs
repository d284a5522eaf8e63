// Cards from both sides: a customer on a phone stops her card, repays, pays a purchase in parts, disputes another and reports the card
// lost with one key, in the elder edition too; a teller finds it again and replaces it at the counter, by keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, code, openDemo, password, send, signIn, sound } from './demo.mjs';
import { person } from './harness.mjs';

const PHONE = { width: 360, height: 780 };
const TABS_MAX = 120;
const LOSS_SECONDS_MAX = 20;

let demo;
let bank;
let browser;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

/** Follows a link of the page, or sends a form by its key. */
const follow = (page, selector) => Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);

/** Where a code is asked for first, types it. */
async function past(page, name) {
  if (at(page) !== '/step-up') return;
  await page.fill('[name=code]', await code(name));
  await send(page);
}

/** The card of a kind, on the list of cards. */
const card = (page, kind) => follow(page, `a.card:has-text("${kind}")`);

test('a customer looks after her cards on a phone', { timeout: 300_000 }, () =>
  person(browser, 'the customer', { ...PHONE, url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'customer');
    await page.goto('/cards');
    await sound(page, 'cards');
    await card(page, '借记卡');
    const debit = at(page);
    await sound(page, 'card');
    await follow(page, 'a[href$="/freeze"]');
    await sound(page, 'card-freeze');
    await send(page);
    assert.match(await page.locator('main').innerText(), /暂停使用/);
    await follow(page, 'a[href$="/freeze-end"]');
    await past(page, 'customer');
    await sound(page, 'card-thaw');
    await send(page);
    assert.match(await page.locator('main').innerText(), /正常使用/);

    await page.goto('/cards');
    await card(page, '信用卡');
    await follow(page, 'a[href^="/credit-lines/"]');
    const line = at(page);
    await sound(page, 'bill');
    assert.match(await page.locator('main').innerText(), /汐洲百货/);
    await follow(page, 'a[href*="/instalments?item="]');
    await sound(page, 'bill-parts');
    assert.match(await page.locator('main').innerText(), /合年利率 \d+\.\d\d%/);
    await page.locator('[name=periods]').first().check({ force: true });
    await send(page);
    assert.equal(at(page), line);
    assert.match(await page.locator('main').innerText(), /还有 3 期/);
    await follow(page, 'a[href*="/dispute?item="]');
    await sound(page, 'bill-dispute');
    await send(page);
    await sound(page);
    await page.locator('[name=reason]').first().check({ force: true });
    await send(page);
    assert.match(await page.locator('main').innerText(), /银行正在查/);
    await sound(page, 'bill-disputed');
    await page.goto(`${line}/repayment`);
    await sound(page, 'bill-repay');
    await page.locator('[name=what][value=other]').check({ force: true });
    await page.fill('[name=amount]', '12.50');
    await page.locator('[name=from]').first().check({ force: true });
    await send(page);
    assert.match(at(page), /^\/payments\//);

    await page.goto('/cards/new');
    await sound(page, 'card-kinds');
    await follow(page, 'a[href="/cards/new?kind=social"]');
    await sound(page, 'card-apply');
    await page.locator('[name=account]').first().check({ force: true });
    await send(page);
    assert.match(await page.locator('main').innerText(), /等待审批/);

    const before = Date.now();
    await page.goto(debit);
    await follow(page, 'a[href$="/loss"]');
    await sound(page, 'card-loss');
    await send(page);
    assert.match(await page.locator('main').innerText(), /已挂失，这张卡不能付款/);
    assert.ok(Date.now() - before < LOSS_SECONDS_MAX * 1000, 'a loss is reported in seconds');
    await sound(page, 'card-lost');
  }));

test('an elder reports her card lost', { timeout: 120_000 }, () =>
  person(browser, 'the elder', { ...PHONE, url: bank.url }, async (page) => {
    await page.goto('/?mode=elder');
    await signIn(page, 'elder');
    await page.goto('/accounts');
    await follow(page, 'a[href="/cards"]');
    await sound(page, 'elder-cards');
    await card(page, '借记卡');
    await sound(page, 'elder-card');
    await follow(page, 'a[href$="/loss"]');
    await sound(page, 'elder-card-loss');
    await send(page);
    assert.match(await page.locator('main').innerText(), /已挂失/);
    await page.goto('/cards/new?kind=social');
    assert.equal(await page.locator('main [name=branch]:visible').count(), 0, 'one question a page');
    await sound(page, 'elder-card-apply');
  }));

/** The keys of a window. */
function keyboard(page) {
  const press = (key) => page.keyboard.press(key);
  const to = async (selector) => {
    for (let i = 0; i < TABS_MAX; i += 1) {
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
      await press('Tab');
    }
    assert.fail(`no key leads to ${selector} at ${page.url()}`);
  };
  const enter = async (selector) => {
    if (selector) await to(selector);
    await Promise.all([page.waitForNavigation(), press('Enter')]);
  };
  const type = async (selector, text) => {
    await to(selector);
    await page.keyboard.type(text);
  };
  return { press, to, enter, type };
}

/** The person behind a login of the demo. */
async function whoIs(name) {
  const ask = async (path, options) => (await fetch(`${bank.url}${path}`, options)).json();
  const json = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ name, password: password(name), code: await code(name) });
  const { token } = await ask('/v1/sessions', { method: 'POST', headers: json, body });
  const { items } = await ask('/v1/cards', { headers: { Authorization: `Bearer ${token}` } });
  return { person: items[0].owner, debit: items.find((c) => c.kind === 'debit').card };
}

test('a teller finds a lost card and replaces it, by keyboard', { timeout: 300_000 }, async () => {
  const { person: holder, debit } = await whoIs('elder');
  await person(browser, 'the teller', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'teller');
    const keys = keyboard(page);
    await page.goto(`/customers/${holder}/reveal`);
    await keys.type('#f-reason', '办理挂失');
    await keys.enter('main form button');
    const document = (await page.locator('.summary-value').nth(1).innerText()).trim();
    await page.goto(`/customers/${holder}/cards`);
    await sound(page, 'desk-cards');
    await keys.enter(`a[href="/cards/${debit}"]`);
    await sound(page, 'desk-card');
    await keys.enter('a[href$="/finding"]');
    await keys.type('#f-document', '110101199001011237');
    await keys.enter('main form button');
    assert.equal(await page.locator('.field-error').count(), 1, 'a document that is not the holder’s');
    await sound(page, 'desk-finding-wrong');
    await page.fill('#f-document', '');
    await keys.type('#f-document', document);
    await keys.enter('main form button');
    assert.equal(at(page), `/cards/${debit}`);
    assert.match(await page.locator('main').innerText(), /正常使用/);
    await keys.enter('a[href$="/replacement"]');
    await keys.type('#f-document', document);
    await keys.to('#f-waits');
    await keys.press('Space');
    await keys.type('#f-reason', '卡面磨损');
    await sound(page, 'desk-replacement');
    await keys.enter('main form button');
    assert.match(await page.locator('main').innerText(), /待领取、待激活/);
    await keys.enter('a[href$="/activation"]');
    await keys.type('#f-document', document);
    await keys.type('#f-sequence', '2');
    await sound(page, 'desk-activation');
    await keys.enter('main form button');
    assert.match(await page.locator('main').innerText(), /正常使用/);
    await keys.press('Alt+K');
    await page.keyboard.type('1320');
    await keys.enter();
    assert.equal(at(page), '/blank-cards');
    assert.match(await page.locator('main').innerText(), /199/);
    await sound(page, 'blank-cards');
    await keys.press('Alt+K');
    await page.keyboard.type('1310');
    await keys.enter();
    await sound(page, 'card-search');
    await page.goto(`/customers/${holder}/cards/new`);
    await sound(page, 'desk-apply');
  });
});
