// Reports of large sums and of suspicion with their two officers, and the figures of the guard. axe looks at every screen, and
// each must fit 320 px.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, openDemo, send, signIn, visit } from './demo.mjs';
import { person } from './harness.mjs';

let demo;
let bank;
let browser;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const first = async (page, selector) =>
  new URL(await page.locator(selector).first().getAttribute('href'), bank.url).pathname;

test('a suspicion waits for a second officer, and for nobody else', { timeout: 300_000 }, async () => {
  let report;
  await person(browser, 'the risk officer', { url: bank.url }, async (page) => {
    await signIn(page, 'risk');
    await visit(page, '/reports', 'reports');
    await visit(page, '/reports?show=all', 'reports-all');
    const large = await first(page, 'main table a[href^="/reports/rprt_"]');
    await visit(page, large, 'report-large');
    await visit(page, '/reports?show=suspicions', 'reports-suspicions');
    report = await first(page, 'main table a[href^="/reports/rprt_"]');
    await visit(page, report, 'report-suspicion');
    await visit(page, '/reports/suspicion', 'report-new');
    await visit(page, '/guard/figures', 'guard-figures');
    await visit(page, '/guard/months', 'guard-months');
    await visit(page, '/guard/watched', 'guard-watched');
    await visit(page, await first(page, 'main table a[href^="/guard/watched/"]'), 'guard-watched-one');
  });
  await person(browser, 'the checker', { url: bank.url, expected: /status of 404/ }, async (page) => {
    await signIn(page, 'checker');
    assert.equal((await page.goto('/reports')).status(), 200);
    assert.equal((await page.goto(report)).status(), 404);
  });
  await person(browser, 'the manager', { url: bank.url }, async (page) => {
    await signIn(page, 'manager');
    await page.goto(report);
    await send(page, `main form[action="${report}/agreement"] button`);
    assert.equal(at(page), report);
    await visit(page, report, 'report-agreed');
  });
});
