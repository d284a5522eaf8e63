// A widow lost her card. She keeps the elder edition on her phone, so the machine in the lobby shows it too; with her document and her face she
// reports the card lost, has a new one with the same number, and activates it. Then she takes out cash and puts some in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, openDemo, send, signIn } from './demo.mjs';
import { person } from './harness.mjs';
import { SIZE, enrol, identify, looked, plain } from './lobby.mjs';

const PHONE = { width: 390, height: 844 };
const ELDER_TEXT_PX = 30;
const HER_DOCUMENT = '2';
const HER_PASSBOOK = '6200001';
const CASH_MS_MAX = 40_000;
/** The page of something that goes on, which does not load itself again meanwhile. */
const still = (page) => page.goto(`${new URL(page.url()).pathname}?still=yes`);

let demo;
let bank;
let browser;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const tap = (page, selector) => Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
const text = (page, selector) => page.locator(selector).first().innerText();
/** The one thing the page asks. */
const yes = (page) => send(page, 'main form[method=post] button.button:not(.button-secondary)');

test('a widow replaces her card and keeps its number', { timeout: 180_000 }, async () => {
  await person(browser, 'widow phone', { ...PHONE, url: bank.url }, async (page) => {
    await signIn(page, 'elder');
    await page.goto('/profile');
    await page.locator('form[action="/profile/preferences"] [name=edition][value=elder]').check({ force: true });
    await send(page, 'form[action="/profile/preferences"] button[type=submit]');
  });
  await person(browser, 'widow kiosk', { ...SIZE, url: bank.url }, async (page) => {
    await enrol(bank, page, 'tall');
    assert.equal(at(page), '/');
    await looked(page, 'card-0-first');
    await tap(page, '.tile[href="/kiosk/cards"]');
    assert.equal(at(page), '/kiosk/identity');
    await identify(page, HER_DOCUMENT);
    assert.equal(at(page), '/kiosk/cards');
    assert.equal(await page.getAttribute('html', 'data-edition'), 'elder');
    const size = await page.locator('main .pay-payee-name').first().evaluate((box) => parseFloat(getComputedStyle(box).fontSize));
    assert.ok(size >= ELDER_TEXT_PX, `text of ${size} px`);
    await looked(page, 'card-1-which');
    await tap(page, 'main a[href^="/kiosk/cards/"]');
    const lastFour = (await text(page, 'main .summary-value')).replace(/\s/g, '').slice(-4);
    assert.match(lastFour, /^\d{4}$/);
    assert.equal(await page.getAttribute('[data-sequence]', 'data-sequence'), '1');
    assert.equal(await page.getAttribute('[data-state]', 'data-state'), 'active');
    await looked(page, 'card-2-card');
    await tap(page, 'main a[href$="/loss"]');
    await looked(page, 'card-3-loss');
    await yes(page);
    assert.equal(await page.getAttribute('[data-state]', 'data-state'), 'lost');
    await looked(page, 'card-4-lost');
    await tap(page, 'main a[href$="/replacement"]');
    assert.ok((await text(page, 'main')).includes(lastFour), 'it is said that the number stays');
    await looked(page, 'card-5-replace');
    await yes(page);
    assert.equal(await page.getAttribute('[data-state]', 'data-state'), 'produced');
    assert.equal(await page.getAttribute('[data-sequence]', 'data-sequence'), '2', 'the next plastic');
    assert.equal(await page.getAttribute('[data-dead]', 'data-dead'), '1', 'the old plastic is dead');
    assert.equal((await text(page, 'main .summary-value')).replace(/\s/g, '').slice(-4), lastFour, 'the same number');
    await looked(page, 'card-6-new');
    await tap(page, 'main a[href$="/activation"]');
    await looked(page, 'card-7-activate');
    await yes(page);
    assert.equal(await page.getAttribute('[data-state]', 'data-state'), 'active');
    assert.equal(await page.getAttribute('[data-sequence]', 'data-sequence'), '2');
    assert.equal((await text(page, 'main .summary-value')).replace(/\s/g, '').slice(-4), lastFour);
    await looked(page, 'card-8-active');
    await tap(page, '.kiosk-leave');
    assert.equal(at(page), '/kiosk/end');
  });
});

for (const [variant, javaScript] of [['tall', true], ['low', false]]) {
  const scripts = javaScript ? 'with scripts' : 'without scripts';
  test(`somebody takes out cash and puts some in at a ${variant} machine ${scripts}`, { timeout: 240_000 }, () =>
    person(browser, `cash ${variant}`, { ...SIZE, url: bank.url, javaScript, expected: /status of 4/ }, async (page) => {
      const see = (name) => (javaScript ? looked(page, `cash-${variant}-${name}`) : plain(page));
      const comes = async (selector) => {
        if (javaScript) return page.locator(selector).first().waitFor({ timeout: CASH_MS_MAX });
        for (const until = Date.now() + CASH_MS_MAX; Date.now() < until; ) {
          if (await page.locator(selector).count()) return undefined;
          await new Promise((resolve) => setTimeout(resolve, 500));
          await page.reload();
        }
        return assert.fail(`${selector} does not come`);
      };
      const hand = (deed) => tap(page, `.kiosk-demo button[value=${deed}]`);
      await enrol(bank, page, variant);
      await page.goto('/kiosk/identity?next=/kiosk/cash-out');
      await identify(page, '1');
      if (await page.locator('button[name=from]').count()) await tap(page, 'button[name=from]');
      await see('how-much');
      await tap(page, 'button[name=amount][value="300"]');
      await see('which');
      await tap(page, 'button[name=mix][value=small]');
      await see('check');
      await send(page);
      await comes('.kiosk-demo button[value=take-all]');
      if (javaScript) await still(page);
      await see('take');
      await hand('take-all');
      await comes('.result');
      await see('taken');
      assert.ok((await text(page, '.result-title')).includes('300'));
      await send(page, 'form[action$="/receipt"] button');
      await see('receipt');
      assert.equal(await page.locator('svg.qr').count(), 1, 'a phone can take the receipt along');
      await page.goto('/kiosk/cash-in');
      await see('into');
      await tap(page, 'button[name=to]');
      await comes('.kiosk-demo button[value=put-880]');
      if (javaScript) await still(page);
      await see('put-in');
      await hand('put-880');
      await comes('form[action$="/agreement"]');
      await see('counted');
      await send(page, 'form[action$="/agreement"] button');
      await comes('.result');
      await see('credited');
      assert.ok((await text(page, '.result-title')).includes('880'));
    }));
}

test('the power goes while the notes lie in the slot, and nothing is taken from anybody', { timeout: 120_000 }, () =>
  person(browser, 'cash power', { ...SIZE, url: bank.url, expected: /status of 4/ }, async (page) => {
    const comes = (selector) => page.locator(selector).first().waitFor({ timeout: CASH_MS_MAX });
    const hand = (deed) => tap(page, `.kiosk-demo button[value=${deed}]`);
    await enrol(bank, page, 'tall');
    await page.goto('/kiosk/identity?next=/kiosk/cash-out');
    await identify(page, '1');
    if (await page.locator('button[name=from]').count()) await tap(page, 'button[name=from]');
    await tap(page, 'button[name=amount][value="100"]');
    await tap(page, 'button[name=mix][value=few]');
    await send(page);
    await comes('.kiosk-demo button[value=power-cut]');
    await hand('power-cut');
    await comes('.kiosk-demo button[value=power-on]');
    await still(page);
    await looked(page, 'cash-stopped');
    await hand('power-on');
    await comes('.result');
    await looked(page, 'cash-recovered');
    assert.equal(await page.locator('.result').count(), 1);
    await page.goto('/demo/machines');
    await looked(page, 'demo-machines');
  }));

test('a passbook is caught up', { timeout: 120_000 }, () =>
  person(browser, 'passbook', { ...SIZE, url: bank.url, expected: /status of 4/ }, async (page) => {
    await enrol(bank, page, 'low');
    await page.goto('/kiosk/identity?next=/kiosk/passbook');
    await identify(page, HER_DOCUMENT);
    await looked(page, 'book-lay');
    await page.fill('[name=voucher]', '6200009');
    await send(page);
    assert.equal(await page.locator('#f-voucher-error').count(), 1, 'another book is not printed in');
    await page.fill('[name=voucher]', HER_PASSBOOK);
    await send(page);
    await looked(page, 'book-printed');
    assert.equal(await page.locator('.result').count(), 1);
  }));
