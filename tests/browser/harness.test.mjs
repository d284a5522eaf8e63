// The harness itself: a page with faults must turn each check red, or a green run would mean nothing.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { axe, fitsWidth, openBrowser, person, startBank } from './harness.mjs';

const GOOD = `<!doctype html><html lang="zh-CN"><head><title>驿站</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"></head>
<body><main><h1>驿站</h1><p id="said">静</p><div style="overflow-x:auto"><table style="width:900px"><tr><td>1</td></tr></table></div>
<script>document.getElementById('said').textContent = '动'</script></main></body></html>`;
const PAGES = {
  '/good': GOOD,
  '/no-title': GOOD.replace('<title>驿站</title>', ''),
  '/wide': GOOD.replace('<h1>', '<div style="width:500px">wide</div><h1>'),
  '/throws': GOOD.replace("= '动'", "= '动'; throw new Error('sunk')"),
};

let site;
let url;
let browser;

before(async () => {
  site = createServer((ask, answer) => {
    answer.writeHead(PAGES[ask.url] ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
    answer.end(PAGES[ask.url] ?? 'nothing here');
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${site.address().port}`;
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  site.closeAllConnections();
  site.close();
});

test('a sound page passes every check', () =>
  person(browser, 'sound', { url }, async (page) => {
    await page.goto('/good');
    await axe(page);
    await fitsWidth(page);
  }));

test('axe names the rule and the element', () =>
  person(browser, 'no title', { url }, async (page) => {
    await page.goto('/no-title');
    await assert.rejects(axe(page), /document-title[^]*html/);
  }));

test('a page wider than the window is named with its width and the element', () =>
  person(browser, 'wide', { url }, async (page) => {
    await page.goto('/wide');
    await assert.rejects(fitsWidth(page), /px wide in a window of 320 px:\n {2}div/);
    assert.equal(page.viewportSize().width, 1280);
  }));

test('an exception in a page fails the visit', () =>
  assert.rejects(
    person(browser, 'throws', { url }, (page) => page.goto('/throws')),
    /script: sunk/,
  ));

test('a request that finds nothing fails the visit unless it is what the test is about', async () => {
  const visit = (page) => page.goto('/absent');
  await assert.rejects(person(browser, 'absent', { url }, visit), /console: .*404/);
  await person(browser, 'absent, as expected', { url, expected: /404/ }, visit);
});

test('without scripts a page shows what the server sent, and axe still reads it', () =>
  person(browser, 'no scripts', { url, javaScript: false }, async (page) => {
    await page.goto('/good');
    assert.equal(await page.locator('#said').textContent(), '静');
    await fitsWidth(page);
    await axe(page);
    assert.equal(await page.locator('#said').textContent(), '静');
    await page.goto('/no-title');
    await assert.rejects(axe(page), /document-title/);
    assert.equal(await page.locator('#said').textContent(), '静');
  }));

test('a binary that ends at once is reported with its exit code and command line', () =>
  assert.rejects(startBank('/bin/false'), /\/bin\/false serve --data .* ended with 1 before it answered/));
