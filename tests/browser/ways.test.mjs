// Three whole journeys, each in four ways: by keyboard alone, with scripts off, at twice the size, in forced colours. The
// journeys are a transfer, a statement with the receipt of a payment, and a wage slip. A journey is written once, as what its
// person wants; a way says how that is done with the hands she has.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, openDemo, signIn } from './demo.mjs';
import { axe, fitsWidth, person } from './harness.mjs';

const STOPS_MAX = 120;

let demo;

before(async () => {
  demo = await openDemo();
});
after(() => demo?.close());

/** What a link leads to: another page, or beside a table a drawer, from which its page is one link further. */
async function follow(page, press, onward) {
  const left = page.waitForNavigation().then(() => 'page', () => 'nothing');
  const beside = page.locator('.drawer[open] .drawer-page').waitFor().then(() => 'drawer', () => 'nothing');
  await press();
  if ((await Promise.race([left, beside])) === 'drawer') await onward('.drawer-page');
}

/** By mouse or finger: the first thing on the page that fits. */
const byHand = (page) => ({
  page,
  open: (selector) =>
    follow(page, () => page.locator(selector).first().click(), (link) => Promise.all([page.waitForNavigation(), page.locator(link).click()])),
  fill: (selector, text) => page.locator(selector).first().fill(text),
  choose: (selector) => page.locator(selector).first().check({ force: true }),
  send: () => Promise.all([page.waitForNavigation(), page.locator('main form[method=post] button[type=submit].button').first().click()]),
});

/** By Tab, Space, Enter and letters. The focus is asked for after every key: it is never lost and never stands still. */
function byKeyboard(page) {
  const has = (selector) => page.evaluate((s) => Boolean(document.activeElement?.matches(s)), selector);
  const to = async (selector) => {
    assert.ok(await page.locator(selector).count(), `${selector} is not on ${page.url()}`);
    let lost = 0;
    for (let stop = 0; stop < STOPS_MAX; stop += 1) {
      if (await has(selector)) return;
      await page.keyboard.press('Tab');
      const where = await page.evaluate(() => document.activeElement?.localName ?? 'nothing');
      lost = where === 'body' || where === 'nothing' ? lost + 1 : lost;
      assert.ok(lost <= 1, `the focus is lost on ${page.url()} before ${selector}`);
    }
    assert.fail(`${selector} is not reached by ${STOPS_MAX} Tabs on ${page.url()}`);
  };
  const enter = () => Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  return {
    page,
    open: async (selector) => {
      await to(selector);
      await follow(page, () => page.keyboard.press('Enter'), async (link) => {
        await to(link);
        await enter();
      });
    },
    fill: async (selector, text) => {
      await to(selector);
      await page.keyboard.press('Control+A');
      await page.keyboard.type(text);
    },
    // A group of choices is one stop; the arrows go inside it and Space chooses.
    choose: async (selector) => {
      const group = await page.locator(selector).first().getAttribute('name');
      await to(`input[name="${group}"]`);
      for (let step = 0; step < STOPS_MAX && !(await has(selector)); step += 1) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Space');
      assert.ok(await page.locator(selector).first().isChecked(), `${selector} is not chosen`);
    },
    send: async () => {
      await to('main form[method=post] button[type=submit].button');
      await enter();
    },
  };
}

const JOURNEYS = {
  'a transfer': async (way, payee) => {
    const { page } = way;
    await way.open('nav a[href="/pay"]');
    await fillTransfer(way, payee);
    await look(page);
    assert.match(await page.innerText('main'), /1\.00/, 'the sum is shown before it is sent');
    await way.send();
    assert.match(at(page), /^\/payments\//, await page.innerText('main'));
    await look(page);
  },
  'a statement and a receipt': async (way) => {
    const { page } = way;
    await way.open('nav a[href="/accounts"]');
    await look(page);
    await way.open('main a.card');
    await way.open('main a[href*="/statement"]');
    await look(page);
    await way.open('main a[href*="days=year"]');
    await way.open('main a[href*="/lines/"]');
    await look(page);
    await way.send();
    assert.match(at(page), /^\/receipts\//);
    await look(page);
  },
  'a wage slip': async (way) => {
    const { page } = way;
    await way.open('nav a[href="/slips"]');
    await look(page);
    await way.open('main a[href^="/slips/"]');
    assert.match(await page.innerText('main'), /工资/);
    await look(page);
  },
};

/** Fills in what the transfer asks for, in the order of the page. */
async function fillTransfer(way, payee) {
  const somebodyNew = 'input[name=payee][value=new]';
  if (await way.page.locator(somebodyNew).count()) await way.choose(somebodyNew);
  await way.fill('[name=name]', payee.name);
  await way.fill('[name=number]', payee.number);
  await way.fill('[name=amount]', '1.00');
  await way.send();
}

/** In forced colours the browser paints with the reader's own, which axe does not see: there nothing but pictures may refuse them. */
async function look(page) {
  const forced = await page.evaluate(() => matchMedia('(forced-colors: active)').matches);
  await axe(page, forced ? ['color-contrast'] : []);
  const refusing = await page.evaluate(() =>
    [...document.querySelectorAll('body *:not(svg *, svg, img)')].filter((e) => getComputedStyle(e).forcedColorAdjust === 'none').map((e) => e.className),
  );
  assert.deepEqual(refusing, [], `${page.url()} keeps its own colours`);
  await fitsWidth(page);
}

const WAYS = {
  'by keyboard alone': { hands: byKeyboard, options: {} },
  'with scripts off': { hands: byHand, options: { javaScript: false } },
  'at twice the size': { hands: byHand, options: { width: 640, height: 400 } },
  'in forced colours': { hands: byHand, options: {}, media: { forcedColors: 'active' } },
};

test('three journeys, four ways', { timeout: 900_000 }, async () => {
  let payee;
  await person(demo.browser, 'the payee', { url: demo.bank.url }, async (page) => {
    await signIn(page, 'customer');
    await page.goto('/accounts');
    await page.goto(await page.locator('main a.card').first().getAttribute('href'));
    const text = await page.textContent('main');
    payee = { number: text.replaceAll(' ', '').match(/\d{16,19}/)?.[0], name: '张志辉' };
    assert.ok(payee.number, text);
  });
  for (const [wayName, { hands, options, media }] of Object.entries(WAYS)) {
    await person(demo.browser, wayName, { url: demo.bank.url, ...options }, async (page) => {
      if (media) await page.emulateMedia(media);
      const forced = await page.evaluate(() => matchMedia('(forced-colors: active)').matches);
      assert.equal(forced, media?.forcedColors === 'active');
      await signIn(page, 'worker');
      for (const [name, journey] of Object.entries(JOURNEYS)) {
        await page.goto('/home');
        await journey(hands(page), payee).catch((why) => {
          why.message = `${name} ${wayName}: ${why.message}`;
          throw why;
        });
      }
    });
  }
});
