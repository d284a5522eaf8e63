// A woman of 75 with a phone of 360 px and the elder edition: she sees her money in one sentence, has somebody call her and sees
// who it is, lets her daughter look at the balance, sees that she looked, and stops it. On every page of hers text, targets,
// contrast and width are measured; axe looks as well.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDemo, send, signIn, sound, yizhan } from './demo.mjs';
import { fitsWidth, person } from './harness.mjs';

const TEXT_PX_MIN = 18;
const TARGET_PX_MIN = 60;
const CONTRAST_MIN = 7;
const PHONE = { width: 360, height: 740 };
const SIZES = ['standard', 'largest'];

let demo;
let bank;
let browser;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const demoLogin = (name) => JSON.parse(yizhan('demo', 'logins', '--json')).logins.find((login) => login.name === name);

/** What is too small, too near to its ground, or too wide; nothing is expected. */
function faults({ text, target, contrast }) {
  const shown = (node) => {
    const box = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    const clipped = node.closest('.aside, .skip, noscript, [hidden], details:not([open]) > :not(summary)');
    return box.width > 0 && box.height > 0 && style.visibility !== 'hidden' && !clipped;
  };
  const name = (node) => `${node.localName}.${node.className} "${node.textContent.trim().slice(0, 24)}"`;
  const rgb = (colour) => colour.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
  const light = ([r, g, b]) => {
    const part = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if ((colour[3] ?? 1) > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let piece = walker.nextNode(); piece; piece = walker.nextNode()) {
    const node = piece.parentElement;
    if (!piece.textContent.trim() || ['SCRIPT', 'OPTION', 'TITLE', 'DESC'].includes(node.tagName) || node.closest('svg') || !shown(node)) continue;
    const size = parseFloat(getComputedStyle(node).fontSize);
    if (size < text) found.push(`${size} px: ${name(node)}`);
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < contrast) found.push(`contrast ${ratio.toFixed(2)}: ${name(node)}`);
  }
  for (const node of document.querySelectorAll('a, button, summary, input:not([type=hidden]), select, textarea')) {
    if (!shown(node)) continue;
    const { width, height } = node.getBoundingClientRect();
    if (Math.round(height) < target || Math.round(width) < target) found.push(`${Math.round(width)} by ${Math.round(height)} px: ${name(node)}`);
  }
  return found;
}

/** A page as an old woman needs it, in its own size of text and in the largest. */
async function fitForHer(page, picture) {
  for (const size of SIZES) {
    await page.evaluate((size) => {
      if (size === 'standard') document.documentElement.removeAttribute('data-size');
      else document.documentElement.dataset.size = size;
    }, size);
    const found = await page.evaluate(faults, { text: TEXT_PX_MIN, target: TARGET_PX_MIN, contrast: CONTRAST_MIN });
    assert.deepEqual(found, [], `${page.url()} in ${size}`);
    await fitsWidth(page, PHONE.width);
  }
  await page.evaluate(() => document.documentElement.removeAttribute('data-size'));
  await sound(page, picture);
}

/** Reads the page aloud into a list instead of a voice. */
const listen = () => {
  window.heard = [];
  const voice = { speak: (piece) => window.heard.push(piece.text), cancel: () => {}, pause: () => {}, resume: () => {} };
  Object.defineProperty(window, 'speechSynthesis', { value: voice, configurable: true });
};

const NEXT = 'main form button[type=submit].button:not(.button-secondary)';

async function herMoney(page) {
  await page.addInitScript(listen);
  await page.goto('/?mode=elder&lang=zh');
  await fitForHer(page, 'elder-welcome');
  await page.goto('/sign-in');
  await fitForHer(page, 'elder-sign-in');
  await page.goto('/help');
  await fitForHer(page, 'elder-help-before-sign-in');
  await signIn(page, 'elder');
  assert.match(await page.locator('h1').textContent(), /养老金 3,214\.50\s元，今天到了/);
  assert.ok((await page.locator('.tile').count()) <= 6);
  await page.click('[data-speak]');
  assert.ok((await page.evaluate(() => window.heard)).some((line) => line.includes('养老金')), 'it is read aloud');
  await page.click('[data-hush]');
  await fitForHer(page, 'elder-home');
  for (const name of ['accounts', 'pay', 'notices', 'words', 'limits', 'devices']) {
    await page.goto(`/${name}`);
    await fitForHer(page, `elder-${name}`);
  }
}

async function asksForACall(page) {
  await page.goto('/help/call');
  await fitForHer(page, 'elder-call-topic');
  await page.check('input[value=payment]', { force: true });
  await send(page, NEXT);
  await fitForHer(page, 'elder-call-wish');
  await page.check('input[value=soon]', { force: true });
  await send(page, NEXT);
  assert.match(await page.locator('.notice-title').first().textContent(), /之前会有人打给您/);
  await fitForHer(page, 'elder-call-asked');
  return page.locator('.call-word').textContent();
}

async function takesTheCall(page, word) {
  await signIn(page, 'relations');
  await page.goto('/call-backs?lang=zh');
  await sound(page, 'calls');
  await Promise.all([page.waitForNavigation(), page.locator('main table a').first().click()]);
  assert.ok(!(await page.content()).includes(word), 'the word is not shown before somebody took it');
  await send(page);
  assert.ok((await page.content()).includes(word));
  await sound(page, 'call-taken');
}

async function invites(page, daughter) {
  await page.goto('/family');
  await fitForHer(page, 'elder-family');
  await page.goto('/family/invitation');
  await fitForHer(page, 'elder-family-relation');
  await page.check('input[value=daughter]', { force: true });
  await send(page, NEXT);
  await page.fill('#f-name', daughter.person);
  await page.fill('#f-phone', daughter.phone);
  await fitForHer(page, 'elder-family-whom');
  await send(page, NEXT);
  await send(page, NEXT);
  for (const [value, name] of [['balance', 'level'], ['yes', 'alerts'], ['3', 'months']]) {
    await page.check(`input[value="${value}"]`, { force: true });
    await fitForHer(page, `elder-family-${name}`);
    await send(page, NEXT);
  }
  await fitForHer(page, 'elder-family-check');
  await send(page, NEXT);
  assert.match(await page.locator('main').textContent(), /等对方答复/);
}

/** Answers where the tie is. */
async function accepts(page) {
  await signIn(page, 'customer');
  await page.goto('/family?lang=zh');
  await sound(page, 'family-daughter');
  await Promise.all([page.waitForNavigation(), page.locator('main table a').first().click()]);
  const tie = new URL(page.url()).pathname;
  await sound(page, 'family-answer');
  await send(page, 'button[value=yes]');
  await page.goto(`${tie}/accounts`);
  assert.equal(await page.locator('.balance').count(), 1);
  await sound(page, 'family-accounts');
  return tie;
}

test('she sees her money, is called, and shows it to her daughter', { timeout: 300_000 }, async () => {
  const daughter = demoLogin('customer');
  await person(browser, 'the elder', { url: bank.url, ...PHONE }, async (page) => {
    await herMoney(page);
    const word = await asksForACall(page);
    await person(browser, 'the customer manager', { url: bank.url }, (desk) => takesTheCall(desk, word));
    await page.goto('/help');
    assert.ok((await page.locator('.face img').count()) >= 1, 'she sees who will call');
    await fitForHer(page, 'elder-call-taken');
    await invites(page, daughter);
    await person(browser, 'the daughter', { url: bank.url, ...PHONE, expected: /status of 422/ }, async (phone) => {
      const tie = await accepts(phone);
      await page.goto(tie);
      assert.match(await page.locator('main').textContent(), /女儿今天 \d\d:\d\d 看过/);
      await fitForHer(page, 'elder-family-looked');
      await send(page, 'main form[action$=ending] button');
      assert.match(await page.locator('main').textContent(), /已经停止/);
      const answer = await phone.goto(`${tie}/accounts`);
      assert.equal(answer.status(), 422, 'nothing is shown any more');
    });
  });
});
