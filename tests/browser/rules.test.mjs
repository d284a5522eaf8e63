// Rules against fraud: a risk officer looks at how each does, copies a set, makes a mistake, corrects it, tries the set beside
// the one in force and asks a second person. Scripts are off.
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

const text = (page) => page.locator('main').innerText();
const press = async (page, field) => {
  await Promise.all([page.waitForNavigation(), page.locator(`form:has(#f-${field}) button`).first().click()]);
};

test('a draft is written, tried and put before a second person', { timeout: 300_000 }, async () => {
  const options = { url: bank.url, javaScript: false, expected: /status of 422/ };
  await person(browser, 'the risk officer', options, async (page) => {
    await signIn(page, 'risk');
    await visit(page, '/guard/rules', 'rules');
    await page.locator('main a', { hasText: '老年人首次大额付款' }).click();
    await sound(page, 'rules-one');
    assert.match(await text(page), /signal\.payer_age >= 60/);
    await visit(page, '/guard/model', 'rules-model');
    await visit(page, '/guard/rule-sets/1', 'rules-demo-set');
    await page.locator('main a[href*="/trials/"]').first().click();
    await sound(page, 'rules-demo-trial');

    await visit(page, '/guard/rule-sets', 'rules-sets');
    await page.fill('#f-name', '夜间从严');
    await press(page, 'name');
    const set = at(page);
    assert.match(set, /^\/guard\/rule-sets\/\d+$/);
    await page.goto(`${set}/file?file=t08_night.toml`);
    await sound(page, 'rules-editor');
    const rule = await page.inputValue('#f-text');
    await page.fill('#f-text', rule.replace('payment.amount', 'payment.amuont'));
    await press(page, 'text');
    await sound(page, 'rules-faults');
    assert.match(await text(page), /t08_night\.toml[\s\S]*when/, 'file and field of what is wrong');
    assert.match(await page.inputValue('#f-text'), /amuont/, 'what was written stays');
    await page.fill('#f-text', rule.replace('version = 1', 'version = 2').replace('"tip"', '"verify"'));
    await press(page, 'text');
    assert.equal(at(page), set);
    assert.match(await text(page), /先试算一次/);
    await page.selectOption('#f-days', '30');
    await press(page, 'days');
    await sound(page, 'rules-trial');
    assert.match(await text(page), /并排对比/);
    await page.goto(set);
    await page.fill('#f-note', '年底夜间付款多，先核实。');
    await sound(page, 'rules-ask');
    await press(page, 'note');
    assert.match(at(page), /^\/approvals\/appr_/);
    await sound(page, 'rules-asked');
    assert.match(await text(page), /夜间从严[\s\S]*t08_night\.toml/);
  });
});
