// A man of 78 stands at the counter and wants to break a term deposit of 200,000 early: a pension project, one bed, one payee whom many old
// people pay. The page of the cost has a script and no key to go on. The teller calls the manager with one key; they talk; he leaves with
// his money where it was, and the script and what came of it stand in the ledger of the branch.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, openDemo, send, signIn, sound, visit } from './demo.mjs';
import { person } from './harness.mjs';

// The demo's first customer of the city branch who is 78.
const DOCUMENT = '990102194803099194';
const SUM = '200,000.00';
const FLOAT = { 10000: 500, 5000: 100, 2000: 100, 1000: 200, 500: 100, 100: 200, 50: 100, 10: 100 };

let demo;
let bank;
let browser;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const press = (page, step) => Promise.all([page.waitForNavigation(), page.locator(`main button[name=step][value=${step}]`).click()]);
const click = (page, selector) => Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
const main = (page) => page.locator('main').innerText();

async function opensTill(page) {
  await page.goto('/till');
  await click(page, 'a[href^="/till/opening"]');
  for (const [face, pieces] of Object.entries(FLOAT)) await page.fill(`#f-n_${face}`, String(pieces));
  await send(page);
}

async function standsAtTheCounter(page) {
  await page.goto('/counter');
  await page.fill('[name=number]', DOCUMENT);
  await send(page);
  assert.match(at(page), /^\/counter\/pers_/);
  return at(page);
}

test('a man of 78 keeps his 200,000, and the talk stands in the ledger', { timeout: 300_000 }, () =>
  person(browser, 'the teller', { url: bank.url, expected: /status of 422/ }, async (page) => {
    await signIn(page, 'teller');
    await opensTill(page);
    const customer = await standsAtTheCounter(page);
    assert.ok((await main(page)).includes(SUM));
    await sound(page, 'pension-customer');
    await click(page, 'main a[href^="/deposits/acct_"]');
    const deposit = at(page);
    await click(page, `a[href="${deposit}/draw"]`);
    await page.locator('[name=all][value=all]').check({ force: true });
    await send(page);

    // What it costs, the script, and no way on.
    const shown = await main(page);
    assert.match(shown, /先谈一谈，再付钱/);
    assert.match(shown, /78 岁/);
    assert.match(shown, /养老床位/, 'the script of pension projects, for somebody of his age');
    assert.equal(await page.locator('main button[value=send]').count(), 0, 'no key breaks the deposit');
    await sound(page, 'pension-script');

    await press(page, 'dissuaded');
    assert.equal(await page.locator('main .field-error').count(), 1, 'what he said is written down first');
    await press(page, 'manager');
    assert.match(await main(page), /已叫经理/);
    await sound(page, 'pension-called');

    let talk;
    await person(browser, 'the manager', { url: bank.url }, async (manager) => {
      await signIn(manager, 'manager');
      const link = manager.locator('main a[href^="/talks/talk_"]').first();
      for (let tries = 0; tries < 20 && !(await link.count()); tries += 1) {
        await manager.waitForTimeout(500);
        await manager.goto('/notices');
      }
      await Promise.all([manager.waitForNavigation(), link.click()]);
      talk = at(manager);
      assert.equal(await manager.locator('main button[value=insists]').count(), 1, 'only he can say that the customer insists');
      await sound(manager, 'pension-manager');
    });

    await page.fill('[name=talk_note]', '说是养老公寓床位，邻居介绍，每年返利一成，好多老人都付给同一家。看了案例，决定不取了。');
    await press(page, 'dissuaded');
    assert.equal(at(page), talk);
    const ended = await main(page);
    for (const said of ['钱没有动', '劝阻成功', SUM, '养老公寓床位', '第 1 版']) assert.ok(ended.includes(said), said);
    await visit(page, talk, 'pension-ended');

    await page.goto(customer);
    assert.ok((await main(page)).includes(SUM), 'the deposit is what it was');
    await page.goto(deposit);
    assert.ok((await main(page)).includes(SUM));

    await visit(page, '/talks', 'pension-ledger');
    const ledger = await main(page);
    assert.ok(ledger.includes('提前支取定期') && ledger.includes('劝阻成功') && ledger.includes('客户坚持'), ledger);
    await person(browser, 'the risk officer', { url: bank.url }, async (risk) => {
      await signIn(risk, 'risk');
      await risk.goto('/cases/figures');
      assert.match(await main(risk), /本月为客户守住/);
      await risk.goto(talk);
      await Promise.all([risk.waitForNavigation(), risk.locator('main a[href^="/cases/fcas_"]').click()]);
      await sound(risk, 'pension-case');
      assert.ok((await main(risk)).includes(SUM));
    });
  }));
