// How people come in: a passkey is added, signs in, confirms and is removed, with an authenticator of Chromium's own; and the
// elder edition asks one question a page with scripts off. axe looks at every screen, and each must fit 320 px.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, code, openDemo, password, send, signIn, sound, visit } from './demo.mjs';
import { person } from './harness.mjs';

const WORKER = 'worker';
const PASSKEY = 'form[data-passkey] button[type=submit]';
const NEXT = 'main button[name=step][value^=q]';

let demo;
let browser;
let url; // passkeys belong to localhost, not to an address of numbers

before(async () => {
  demo = await openDemo();
  browser = demo.browser;
  url = demo.bank.url.replace('127.0.0.1', 'localhost');
});
after(() => demo?.close());

/** A device that keeps passkeys and is unlocked by its owner's finger. */
async function device(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options });
  const finger = (isUserVerified) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  const keys = async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  return { finger, keys };
}

const press = (page) => Promise.all([page.waitForNavigation(), page.locator(PASSKEY).click()]);

test('a passkey is added, signs in, confirms, and is removed', { timeout: 240_000 }, async () => {
  await person(browser, 'a worker with a passkey', { url, expected: /status of 422/ }, async (page) => {
    const own = await device(page);
    await signIn(page, WORKER);
    await visit(page, '/devices', 'devices');
    await visit(page, '/passkeys/new', 'passkey-new');
    await press(page);
    assert.equal(at(page), '/passkeys', 'it wants a name');
    await sound(page, 'passkey-without-name');
    await page.goto('/passkeys/new');
    await page.fill('#f-name', '我的手机');
    await press(page);
    assert.equal(at(page), '/devices');
    assert.match(await page.locator('main').textContent(), /我的手机/);
    await sound(page, 'devices-with-passkey');
    assert.equal((await own.keys()).length, 1, 'nothing was asked of the device before there was a name');

    await send(page, '.sign-out button');
    await page.goto('/sign-in?next=/profile');
    await sound(page, 'sign-in-passkey');
    await own.finger(false);
    await page.locator(PASSKEY).click();
    await page.locator('[data-passkey-failed]').waitFor();
    await sound(page, 'sign-in-passkey-failed');
    await own.finger(true);
    await press(page);
    assert.equal(at(page), '/profile', 'a finger is enough, and leads on');
    await sound(page, 'profile');

    await page.goto('/step-up?next=/profile/phone');
    await sound(page, 'step-up-passkey');
    await press(page);
    assert.equal(at(page), '/profile/phone');
    await visit(page, '/profile/phone', 'profile-phone');

    await page.goto('/devices');
    await Promise.all([page.waitForNavigation(), page.locator('a[href$="/removal"]').click()]);
    await sound(page, 'passkey-removal');
    await send(page);
    assert.equal(at(page), '/devices');
    assert.equal(await page.locator('a[href$="/removal"]').count(), 0);
    await send(page, '.sign-out button');
    await page.goto('/sign-in');
    await press(page);
    assert.equal(at(page), '/passkeys/sign-in', 'a removed one opens nothing');
    await sound(page, 'sign-in-passkey-refused');
  });
});

test('at an address of numbers nothing offers a passkey', { timeout: 60_000 }, async () => {
  await person(browser, 'somebody at 127.0.0.1', { url: demo.bank.url }, async (page) => {
    await page.goto('/sign-in');
    assert.equal(await page.locator(PASSKEY).isVisible(), false);
    assert.equal(await page.locator('[data-passkey-only]').first().isVisible(), false);
  });
});

test('an elder signs in one question a page, with scripts off', { timeout: 240_000 }, async () => {
  await person(browser, 'an elder', { url: demo.bank.url, javaScript: false, width: 360, expected: /status of 422/ }, async (page) => {
    await page.goto('/sign-in?next=/profile');
    await Promise.all([page.waitForNavigation(), page.locator('main .edition a').click()]);
    await sound(page, 'elder-sign-in-name');
    await send(page, NEXT);
    await sound(page, 'elder-sign-in-name-missing');
    await page.fill('#f-name', WORKER);
    await send(page, NEXT);
    await sound(page, 'elder-sign-in-password');
    await page.fill('#f-password', password(WORKER));
    await send(page, NEXT);
    await sound(page, 'elder-sign-in-code');
    assert.ok(!(await page.content()).includes(password(WORKER)), 'no page holds the password');
    await page.fill('#f-code', await code(WORKER));
    await send(page, NEXT);
    assert.equal(at(page), '/profile');
    assert.equal(await page.locator('html').getAttribute('data-mode'), 'elder');
    await sound(page, 'elder-profile');
    await page.goto('/consents');
    await sound(page, 'elder-consents');
    await Promise.all([page.waitForNavigation(), page.locator('a[href="/consents/face_check"]').click()]);
    await sound(page, 'elder-consent');
    await Promise.all([page.waitForNavigation(), page.locator('form[action="/consents/face_check/giving"] button').click()]);
    await sound(page, 'elder-consents-given');
    await page.goto('/consents/face_check');
    assert.equal(await page.locator('form[action="/consents/face_check/withdrawal"]').count(), 1);
  });
});
