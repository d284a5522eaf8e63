// A building site and its owner: the clerk reads what is late and asks for more, the owner of the works agrees, the clerk reports what did
// not come, files another site and prints the notice; whoever stands at the gate reads it without signing in. Scripts are off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, openDemo, send, signIn, sound, stepUp, visit } from './demo.mjs';
import { person } from './harness.mjs';

const FILED = '望潮客运枢纽二期工程';
const SHIP = '海鹭66轮坞修';
const WHY = '雨季抢工，工人增加';

let demo;
let bank;
let browser;
let site;
let board;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const plain = () => ({ url: bank.url, javaScript: false, expected: /status of (422|404)/ });

async function signInForFirm(page, name) {
  await signIn(page, name);
  await page.goto('/home');
  await send(page, 'form[action="/act-for"] button');
}

async function project(page, name) {
  await page.goto('/wages');
  return page.locator('main a', { hasText: name }).first().getAttribute('href');
}

test('the clerk sees the late money, reports it and asks for more', { timeout: 300_000 }, () =>
  person(browser, 'site clerk', plain(), async (page) => {
    await signInForFirm(page, 'siteclerk');
    site = await project(page, FILED);
    await visit(page, `${site}/site`, 'site');
    assert.match(await page.innerText('main'), /第三十三条/);
    await visit(page, `${site}/site/money`, 'site-money');
    assert.match(await page.innerText('main'), /已过期 \d+ 天/);
    await page.goto(`${site}/site/top-up`);
    await send(page);
    assert.ok((await page.locator('.field-error').count()) >= 3, 'what is missing is named beside each field');
    await sound(page, 'site-top-up-wrong');
    await page.fill('[name=amount]', '20000');
    await page.fill('[name=why]', WHY);
    await page.fill('[name=due_on]', '2099-01-01');
    await send(page);
    assert.equal(at(page), `${site}/site/money`);
    assert.ok((await page.innerText('main')).includes(WHY));
    const late = page.locator('form[action$="/site/report"]');
    if (await late.count()) {
      await late.locator('[name=number]').fill('望人社报2026-7');
      await send(page, 'form[action$="/site/report"] button');
      assert.match(await page.innerText('main'), /望人社报2026-7/);
    }
    await visit(page, `${site}/site/papers`, 'site-papers');
    await visit(page, `${site}/site/amendments`, 'site-amendments');
    await visit(page, `${site}/site/schedule`, 'site-schedule');
  }));

test('the owner of the works agrees', { timeout: 300_000 }, () =>
  person(browser, 'owner of the works', plain(), async (page) => {
    await signInForFirm(page, 'siteowner');
    await visit(page, '/wages/owned', 'site-owned');
    await page.locator('main a[href$="/site/money"]').first().click();
    const row = page.locator('tr', { hasText: WHY });
    const approval = await row.locator('a[href^="/approvals/"]').getAttribute('href');
    await visit(page, approval, 'site-approval');
    assert.match(await page.innerText('main'), /20,000\.00/);
    await page.goto(`${approval}/approval`);
    await stepUp(page, 'siteowner');
    await send(page);
    await page.goto(`${site}/site/money`);
    assert.match(await page.locator('tr', { hasText: WHY }).innerText(), /已同意/);
    assert.equal((await page.goto(`${site}/roster`)).status(), 404, 'the roster is not his to see');
  }));

test('the clerk files the other site and prints the notice', { timeout: 300_000 }, () =>
  person(browser, 'site clerk again', plain(), async (page) => {
    await signInForFirm(page, 'siteclerk');
    await visit(page, `${site}/board`, 'site-board');
    assert.equal(await page.locator('svg.qr').count(), 1);
    board = await page.locator('main a[href^="/board/"]').getAttribute('href');
    await visit(page, `${site}/site/file`, 'site-file');
    await page.fill('[name=address]', '望潮区海晏路20号');
    await send(page);
    await sound(page, 'site-file-wrong');
    assert.ok((await page.locator('.field-error').count()) >= 1, 'a change has its reason');
    await page.fill('[name=reason]', '门牌更正');
    await send(page);
    assert.match(await page.innerText('main'), /海晏路20号/);
  }));

/** Sheets of A4 that a page prints on. */
async function sheets(page) {
  const pdf = await page.pdf({ format: 'A4', margin: { top: '12mm', bottom: '12mm', left: '12mm', right: '12mm' } });
  return (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length;
}

test('the notice prints on one sheet of A4, in both languages', { timeout: 300_000 }, () =>
  person(browser, 'who prints', plain(), async (page) => {
    await signInForFirm(page, 'siteclerk');
    for (const lang of ['zh', 'en']) {
      await page.goto(`${site}/board?lang=${lang}`);
      assert.equal(await sheets(page), 1, `the sheet at the office, ${lang}`);
      await page.goto(`${board}?lang=${lang}`);
      assert.equal(await sheets(page), 1, `what the code leads to, ${lang}`);
    }
    await page.goto(`${site}/board?lang=zh`);
    await page.evaluate(() => document.querySelector('.board').append(Object.assign(document.createElement('div'), { style: 'height: 40cm' })));
    assert.ok((await sheets(page)) > 1, 'a second sheet would be seen');
  }));

test('whoever stands at the gate reads the notice', { timeout: 120_000 }, () =>
  person(browser, 'a worker', { ...plain(), width: 360, height: 780 }, async (page) => {
    await visit(page, board, 'site-board-public');
    const text = await page.innerText('main');
    for (const said of ['何小满', '0990-5550103', '0990-12333', '2,130.00', '海晏路20号']) assert.ok(text.includes(said), said);
    assert.equal((await page.goto('/board/ABCDEFGHJKLM')).status(), 404);
  }));

test('a ship in repair is promised nothing by law', { timeout: 120_000 }, () =>
  person(browser, 'yard clerk', plain(), async (page) => {
    await signInForFirm(page, 'payclerk');
    const ship = await project(page, SHIP);
    for (const rest of ['site', 'site/money', 'board']) {
      await visit(page, `${ship}/${rest}`, `ship-${rest.replace('/', '-')}`);
      assert.match(await page.innerText('main'), /没有第三十三条那样的法律保护/, rest);
    }
  }));
