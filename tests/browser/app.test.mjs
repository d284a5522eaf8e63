// The installed site: what a device keeps, for whom and how long, and what is sent when the network is back. The network is taken away
// from the window; nothing here is simulated by the page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, openDemo, signIn, sleep, sound, visit } from './demo.mjs';
import { person } from './harness.mjs';

const REQUESTS_MAX = 6;
const BYTES_MAX = 60 * 1024; // on the wire, of a first visit
const PATIENCE_MS = 60_000;

let demo;
let bank;
let browser;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const ready = (page) => page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
const kept = (page) => page.evaluate(() => caches.open('device').then((c) => c.keys()).then((all) => all.map((r) => new URL(r.url).pathname)));
const everything = (page) => page.evaluate(async () => {
  const names = await caches.keys();
  const all = await Promise.all(names.map((n) => caches.open(n).then((c) => c.keys())));
  return all.flat().map((r) => new URL(r.url).pathname).sort();
});
async function until(what, ask) {
  for (let waited = 0; waited < PATIENCE_MS; waited += 100) {
    if (await ask()) return;
    await sleep(100);
  }
  assert.fail(`${what} did not come about`);
}
async function offline(page, address = '/home') {
  await page.context().setOffline(true);
  await page.goto(address).catch(() => {});
}
// The page for when there is no network leads on when there is one.
const online = (page) => Promise.all([page.waitForNavigation(), page.context().setOffline(false)]);

test('a first visit is small, and nobody is given a worker before he signs in', { timeout: 60_000 }, () =>
  person(browser, 'first visit', { url: bank.url }, async (page) => {
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    let [requests, bytes] = [0, 0];
    session.on('Network.requestWillBeSent', () => requests++);
    session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    await page.goto('/', { waitUntil: 'networkidle' });
    assert.ok(requests <= REQUESTS_MAX, `${requests} requests`);
    assert.ok(bytes <= BYTES_MAX, `${bytes} bytes`);
    assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistration().then(Boolean)), false);
  }));

test('without a network a customer sees what he wanted kept, and nothing of it stays after him', { timeout: 180_000 }, () =>
  person(browser, 'the customer offline', { url: bank.url, expected: /ERR_INTERNET_DISCONNECTED/ }, async (page) => {
    await signIn(page, 'customer');
    await ready(page);
    await page.reload();
    assert.deepEqual(await kept(page), [], 'off unless switched on');
    await offline(page);
    await sound(page, 'offline-without');
    await page.locator('[data-none]').waitFor();
    assert.match(await page.textContent('main'), /不能转账/);
    await online(page);

    await visit(page, '/app', 'app');
    await page.locator('[data-keep-balance] button[value=on]').click();
    await page.locator('[data-keep-balance] button[value=off]').waitFor();
    await until('the balance', async () => (await kept(page)).includes('/app/balance'));
    await page.goto('/accounts');
    const shell = (await everything(page)).filter((path) => path !== '/app/balance');
    assert.ok(shell.length === 4 && shell.every((p) => p === '/offline' || p.startsWith('/assets/')), shell.join(' '));
    await offline(page, '/accounts');
    await page.locator('[data-kept]').waitFor();
    assert.match(await page.textContent('[data-as-of]'), /\d{4}年\d+月\d+日 \d\d:\d\d/);
    assert.match(await page.textContent('[data-balances]'), /\d\.\d\d/);
    assert.doesNotMatch(await page.textContent('[data-balances]'), /\d{6}/, 'no account number');
    await sound(page, 'offline-with');
    await online(page);

    await page.goto('/home');
    await page.locator('form[action="/sign-out"] button').click();
    await page.waitForURL((url) => url.pathname === '/');
    await until('nothing', async () => (await everything(page)).every((path) => path !== '/app/balance'));
    await offline(page, '/accounts');
    await page.locator('[data-none]').waitFor();
  }));

test('a request without money waits for the network and goes out once', { timeout: 120_000 }, () =>
  person(browser, 'the customer waits', { url: bank.url, expected: /ERR_INTERNET_DISCONNECTED/ }, async (page) => {
    await signIn(page, 'worker');
    await ready(page);
    await page.goto('/notices');
    const form = page.locator('form[data-queue]');
    assert.ok(await form.count(), 'the worker has unread notices');
    await page.context().setOffline(true);
    await form.locator('button').click();
    await form.locator('[data-waits]').waitFor();
    assert.equal((await kept(page)).filter((p) => p.startsWith('/app/waiting/')).length, 1);
    await offline(page, '/notices');
    await page.locator('[data-waiting]').waitFor();
    await sound(page, 'offline-waiting');
    const sent = [];
    page.on('request', (request) => request.method() === 'POST' && sent.push(new URL(request.url()).pathname));
    await online(page);
    await until('sending', async () => (await kept(page)).length === 0);
    await page.goto('/notices');
    await sleep(500);
    assert.deepEqual(sent, ['/notices/reading']);
    assert.equal(await page.locator('form[data-queue]').count(), 0, 'they are read');
    assert.equal(await page.locator('form[action^="/pay"][data-queue]').count(), 0);
    assert.equal(at(page), '/notices');
  }));

test('a page without a network goes on by itself when nobody tells it that there is one', { timeout: 120_000 }, () =>
  person(browser, 'the customer who waits', { url: bank.url, expected: /ERR_INTERNET_DISCONNECTED/ }, async (page) => {
    await signIn(page, 'customer');
    await ready(page);
    await offline(page, '/accounts');
    await page.locator('[data-offline]').waitFor();
    await page.evaluate(() => addEventListener('online', (event) => event.stopImmediatePropagation(), true));
    await page.context().setOffline(false);
    await page.waitForURL('**/home', { timeout: PATIENCE_MS });
  }));

test('staff are given no worker', { timeout: 60_000 }, () =>
  person(browser, 'the teller', { url: bank.url }, async (page) => {
    await signIn(page, 'teller');
    await page.goto('/customers', { waitUntil: 'networkidle' });
    assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistration().then(Boolean)), false);
    assert.equal(await page.locator('link[rel=manifest]').count(), 0);
  }));
