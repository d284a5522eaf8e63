// A machine in the lobby, 1080 by 1920: its first page, card and face, figures on a pad, the question whether somebody is still
// there, and what is left in the machine afterwards. Text and targets are measured on every page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, openDemo, send, sleep } from './demo.mjs';
import { axe, person } from './harness.mjs';
import { SIZE, enrol, fitsHands, identify, looked, plain } from './lobby.mjs';

let demo;
let bank;
let browser;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

for (const variant of ['tall', 'low']) {
  for (const locale of ['zh-CN', 'en']) {
    test(`somebody looks at his balance at a ${variant} machine in ${locale}`, { timeout: 120_000 }, () =>
      person(browser, `kiosk ${variant} ${locale}`, { ...SIZE, url: bank.url, expected: /status of 4/ }, async (page) => {
        const name = (of) => `kiosk-${variant}-${locale}-${of}`;
        await enrol(bank, page, variant);
        await page.locator(`.kiosk-languages [lang=${locale}]`).click();
        await page.waitForURL(/lang=/);
        await looked(page, name('first'));
        await page.locator('.tile[href="/accounts"]').click();
        await looked(page, name('card'));
        await page.locator('.pad button', { hasText: '5' }).first().click();
        assert.equal(await page.inputValue('[name=laid]'), '5', 'the pad writes');
        await page.locator('.pad button').last().click();
        assert.equal(await page.inputValue('[name=laid]'), '', 'and takes away');
        await page.fill('[name=laid]', '11');
        await send(page);
        await looked(page, name('not-read'));
        await page.locator('main a.button').first().click();
        await identify(page, '1');
        assert.equal(at(page), '/accounts');
        await looked(page, name('accounts'));
        await page.goto('/home');
        await looked(page, name('home'));
        await page.goto('/pay');
        await looked(page, name('pay'));
        await page.locator('.kiosk-rescue').click();
        await looked(page, name('help'));
        await page.goto('/devices');
        await looked(page, name('counter'));
        await page.goto('/home');
        await page.locator('.kiosk-leave').click();
        await page.waitForURL(/\/kiosk\/end/);
        await looked(page, name('end'));
        await page.goBack();
        assert.notEqual(at(page), '/home', 'there is no way back into a visit');
        assert.deepEqual((await page.context().cookies()).map((c) => c.name).filter((n) => n === 'yz_session'), []);
      }));
  }
}

test('a tall machine brings its buttons lower for whoever asks', { timeout: 60_000 }, () =>
  person(browser, 'kiosk lower', { ...SIZE, url: bank.url }, async (page) => {
    await enrol(bank, page, 'tall');
    await page.locator('a[href*="reach=low"]').click();
    await page.waitForURL(/reach=low/);
    await looked(page, 'kiosk-lower');
    await page.locator('a[href*="reach=high"]').click();
    await page.waitForURL(/reach=high/);
    assert.equal(await page.getAttribute('html', 'data-variant'), null);
  }));

test('who does not answer is signed out, and what he wrote is gone', { timeout: 60_000 }, () =>
  person(browser, 'kiosk time-out', { ...SIZE, url: bank.url }, async (page) => {
    await enrol(bank, page, 'tall');
    await page.goto('/kiosk/identity?next=/pay');
    await identify(page, '1');
    assert.equal(at(page), '/pay');
    await page.clock.install();
    await page.reload();
    await page.clock.runFor(61_000);
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    await axe(page);
    await fitsHands(page);
    await page.screenshot({ path: `${process.env.YIZHAN_PICTURES ?? '/tmp'}/kiosk-still.png` });
    await dialog.locator('[data-staying] button').click();
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(at(page), '/pay', 'he said that he is there');
    await page.clock.runFor(61_000);
    await dialog.waitFor();
    await dialog.locator('[data-more-time] button').click();
    await dialog.waitFor({ state: 'hidden' });
    await page.clock.runFor(91_000);
    assert.equal(at(page), '/pay', 'twice the time');
    await page.clock.runFor(95_000);
    await page.waitForURL(/\/kiosk\/end\?why=time/);
    await page.goBack();
    await sleep(300);
    assert.notEqual(at(page), '/pay');
  }));

test('without scripts the page asks by itself, and ends by itself', { timeout: 60_000 }, () =>
  person(browser, 'kiosk scriptless', { ...SIZE, url: bank.url, javaScript: false, expected: /status of 4/ }, async (page) => {
    await enrol(bank, page, 'low');
    await plain(page);
    await page.goto('/kiosk/identity?next=/accounts');
    await identify(page, '1');
    assert.equal(at(page), '/accounts');
    const refresh = () => page.locator('meta[http-equiv=refresh]').first().getAttribute('content');
    assert.match(await page.content(), /http-equiv="refresh" content="60;url=\/kiosk\/still/);
    await page.goto('/kiosk/still?next=/accounts');
    assert.match(await refresh(), /^30;url=\/kiosk\/end\?why=time/);
    await plain(page);
    await send(page);
    assert.equal(at(page), '/accounts');
    await page.goto('/kiosk/end?why=time');
    await plain(page);
    await page.goto('/accounts');
    assert.equal(at(page), '/kiosk/identity');
  }));
