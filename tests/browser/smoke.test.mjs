// The first screen, as anyone meets it: with and without scripts, in both languages, on a narrow phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, fitsWidth, openBrowser, person, startBank } from './harness.mjs';

let bank;
let browser;

before(async () => {
  bank = await startBank();
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await bank?.stop();
});

for (const [locale, title] of [['zh-CN', /驿站/], ['en', /Yizhan/]]) {
  for (const javaScript of [true, false]) {
    test(`the first screen in ${locale}, scripts ${javaScript ? 'on' : 'off'}`, () =>
      person(browser, `first screen ${locale} ${javaScript}`, { url: bank.url, locale, javaScript }, async (page) => {
        const answer = await page.goto('/');
        assert.equal(answer.status(), 200);
        assert.match(await page.title(), title);
        await axe(page);
        await fitsWidth(page);
      }));
  }
}
