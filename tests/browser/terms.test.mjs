// Terms by two: a member of staff writes a new deposit rate into the page's box, corrects what is wrong with it, a second agrees to
// what he sees of it, and the shelf shows it; then the values of wealth products. Scripts are off for the second person.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, openDemo, send, signIn, sound, stepUp, visit } from './demo.mjs';
import { person } from './harness.mjs';

let demo;
let bank;
let browser;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const text = (page) => page.locator('main').innerText();
const rate = (per, from) =>
  `[[rate]]\nproduct = "term"\nterm = "1y"\nrate = "${per}"\neffective_from = "${from}"\ndocument = "挂牌 2"\n`;

/** Sends a draft on with a word to the second person; answers the approval's address. */
async function submit(page) {
  await page.fill('#f-reason', '挂牌利率调整');
  await send(page);
  assert.match(at(page), /^\/approvals\/appr_/);
  return at(page);
}

async function agree(page, name, approval) {
  await page.goto(`${approval}/approval`);
  await stepUp(page, name);
  await sound(page, 'terms-agree');
  await send(page);
  assert.equal(at(page), approval);
}

test('a rate is sent in by one, agreed to by another, and stands on the shelf', { timeout: 300_000 }, async () => {
  let approval;
  let values;
  await person(browser, 'the administrator', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'admin');
    await visit(page, '/deposit-terms', 'deposit-terms');
    await page.fill('#f-text', rate('eleven', '2020-01-01'));
    await send(page);
    await sound(page, 'deposit-terms-faults');
    assert.match(await text(page), /百分数/, 'what is wrong is told in words');
    assert.match(await page.inputValue('#f-text'), /eleven/, 'what was written stays in the box');
    await page.fill('#f-text', rate('1.11', '2040-01-01'));
    await send(page);
    await sound(page, 'deposit-terms-draft');
    approval = await submit(page);

    await visit(page, '/wealth-terms', 'wealth-terms');
    await visit(page, '/wealth-terms/values', 'wealth-values');
    await page.locator('[name^=value-]').first().fill('many');
    await page.fill('#f-document', '净值公告');
    await page.fill('#f-day', '2020-02-03');
    await send(page);
    await sound(page, 'wealth-values-wrong');
    await page.locator('[name^=value-]').first().fill('0.9876');
    await send(page);
    await sound(page, 'wealth-values-draft');
    values = await submit(page);
  });
  await person(browser, 'the second', { url: bank.url, javaScript: false }, async (page) => {
    await signIn(page, 'admin2');
    await visit(page, approval, 'terms-asked');
    assert.match(await text(page), /1\.11%/);
    await page.locator('main details', { hasText: '全文' }).locator('summary').click();
    assert.match(await page.locator('main .written').innerText(), /effective_from = "2040-01-01"/, 'the text itself');
    await agree(page, 'admin2', approval);
    await page.goto('/deposit-terms');
    assert.match(await text(page), /1\.11%[\s\S]*2040[\s\S]*尚未生效/);
    await agree(page, 'admin2', values);
    assert.match(await text(page), /0\.9876/);
  });
});
