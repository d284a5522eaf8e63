// A teller's day by keyboard alone: every key is counted and told. He opens his till with a count, takes 38,600 yuan with one
// counterfeit note among them, pays out, and balances with a slip of the day whose cause is among the candidates.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, code, openDemo, password, send, signIn, sound } from './demo.mjs';
import { person } from './harness.mjs';

const TABS_MAX = 120;
// What the demo left in T01: pieces by face value in fen.
const FLOAT = { 10000: 500, 5000: 100, 2000: 100, 1000: 200, 500: 100, 100: 200, 50: 100, 10: 100 };

let demo;
let bank;
let browser;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

/** The keys of a window, counted. */
function keyboard(page) {
  let pressed = 0;
  const press = async (key) => {
    pressed += 1;
    await page.keyboard.press(key);
  };
  const type = async (text) => {
    pressed += text.length;
    await page.keyboard.type(text);
  };
  // Past the menu: the skip link is the first thing a key reaches.
  const skip = async () => {
    if (!(await page.evaluate(() => document.activeElement === document.body))) return;
    await press('Tab');
    if (await page.evaluate(() => document.activeElement.matches('.skip'))) await press('Enter');
  };
  const to = async (selector) => {
    await skip();
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
  const go = async (task) => {
    await press('Alt+K');
    await type(task);
    await enter();
  };
  const count = async (prefix, notes) => {
    for (const [face, pieces] of Object.entries(notes).sort(([a], [b]) => b - a)) {
      await to(`#f-${prefix}_${face}`);
      await type(String(pieces));
    }
  };
  return { press, type, to, enter, go, count, pressed: () => pressed };
}

/** The number of the customer's first account. */
async function accountNumber() {
  const ask = async (path, options) => (await fetch(`${bank.url}${path}`, options)).json();
  const json = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ name: 'customer', password: password('customer'), code: await code('customer') });
  const { token } = await ask('/v1/sessions', { method: 'POST', headers: json, body });
  const { items } = await ask('/v1/accounts', { headers: { Authorization: `Bearer ${token}` } });
  return items[0].number;
}

test('a day at the counter by keyboard alone', { timeout: 600_000 }, async () => {
  const number = await accountNumber();
  await person(browser, 'the teller', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'teller');
    const keys = keyboard(page);
    await keys.go('1170');
    await sound(page, 'till-closed');
    await keys.enter('a[href^="/till/opening"]');
    await keys.count('n', FLOAT);
    assert.equal(await page.locator('[data-notes-sum]').textContent(), '59,760.00');
    await sound(page, 'till-opening');
    await keys.enter();
    assert.equal(at(page), '/till');
    await sound(page, 'till');

    await keys.go('1150');
    await keys.enter('a[href="/seizures/new"]');
    await keys.to('#f-face');
    await keys.type('100');
    await keys.to('#f-serials');
    await keys.type('AB12345678');
    await keys.to('#f-holder');
    await keys.type('王远');
    await sound(page, 'seizure-new');
    await keys.enter();
    const seizure = at(page);
    await sound(page, 'seizure');
    await person(browser, 'the second', { url: bank.url }, async (other) => {
      await signIn(other, 'manager');
      await other.goto(seizure);
      await send(other, 'form[action$="/confirmation"] button');
      await sound(other, 'seizure-certificate');
      await other.goto('/vault');
      await sound(other, 'vault');
    });

    const cash = async (task, notes, picture) => {
      await keys.go(task);
      await keys.to('#f-number');
      await keys.type(number);
      await keys.count(task === '1110' ? 'in' : 'out', notes);
      await sound(page, `${picture}-form`);
      await keys.enter();
      await sound(page, `${picture}-check`);
      await keys.enter('button[name=step][value=do]');
      assert.match(at(page), /^\/till\/entries\/\d+$/);
      await sound(page, picture);
      return Number(at(page).split('/').pop());
    };
    await cash('1110', { 10000: 385 }, 'cash-in');
    await cash('1120', { 10000: 10 }, 'cash-out');
    const slip = await cash('1110', { 10000: 10 }, 'cash-slip');

    await keys.go('1180');
    await sound(page, 'balance-count');
    await keys.count('n', { ...FLOAT, 10000: 876 });
    await keys.enter();
    await sound(page, 'balance-difference');
    const first = await page.locator('.candidates li a').first().getAttribute('href');
    assert.equal(first, `/till/entries/${slip}`, 'the slip is the first of the candidates');
    await keys.enter('form[action="/till/closing"] button');
    assert.equal(at(page), '/till');
    console.log(`${keys.pressed()} keys from opening the till to closing it`);
  });
});
