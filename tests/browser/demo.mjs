// The demo bank in a browser: its people sign in with what the binary says of them, and every screen is looked at in one way.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { axe, fitsWidth, openBrowser, startBank } from './harness.mjs';

const PHONE_PX = 360;
const CODE_SECONDS_MAX = 35; // a one-time code lives 30 seconds, and each is taken once
const LOOK_MS = 500;

export const yizhan = (...args) => execFileSync(process.env.YIZHAN_BIN, args, { encoding: 'utf8' });
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const at = (page) => new URL(page.url()).pathname;

/** Starts the demo bank and a browser; `close` ends both. */
export async function openDemo() {
  const bank = await startBank();
  const browser = await openBrowser();
  const close = async () => {
    await browser.close();
    await bank.stop();
  };
  return { bank, browser, close };
}

const lines = () => yizhan('demo', 'logins').split('\n').map((line) => line.trim().split(/\s+/));
const isLogin = (words) => /^[a-z]+-[a-z]+-\d{4}$/.test(words[2] ?? '');
let known;
export function password(name) {
  known ??= new Map(lines().filter(isLogin).map((words) => [words[0], words[2]]));
  return known.get(name);
}

const taken = new Map();
/** A code that was not used before; waits for the next one if need be. `now` makes one. */
export async function fresh(name, now) {
  for (let waited = 0; waited < CODE_SECONDS_MAX * 1000; waited += LOOK_MS) {
    const digits = now();
    if (taken.get(name) !== digits) {
      taken.set(name, digits);
      return digits;
    }
    await sleep(LOOK_MS);
  }
  return assert.fail(`no new code for ${name} within ${CODE_SECONDS_MAX} s`);
}
/** The code on a demo person's authenticator. */
export const code = (name) => fresh(name, () => yizhan('demo', 'code', name).match(/\d{6}/)[0]);

/** Sends the last form of the page, or what `selector` names. */
export const send = (page, selector = 'main form[method=post]:not([data-passkey]) button[type=submit].button') =>
  Promise.all([page.waitForNavigation(), page.locator(selector).last().click()]);

/** Where a page asks for the second factor again, the code that lets the person on. */
export async function stepUp(page, name) {
  if (at(page) !== '/step-up') return;
  await page.fill('[name=code]', await code(name));
  await send(page);
}

const ONWARD = 'main form[method=post]:not([data-passkey]) button.button:not(.button-secondary)';
/** Fills what the page asks for; where one question is asked at a time, goes on to the next. */
export async function signInWith(page, name, secret, digits) {
  await page.goto('/sign-in');
  for (const [field, value] of Object.entries({ name, password: secret, code: digits })) {
    if (!(await page.locator(`[name=${field}]`).isVisible())) await send(page, ONWARD);
    await page.fill(`[name=${field}]`, value);
  }
  await send(page, ONWARD);
}

export async function signIn(page, name) {
  await signInWith(page, name, password(name), await code(name));
  assert.notEqual(at(page), '/sign-in', `${name} did not get in`);
}

/** Asked of every screen; a named one is also shown, wide and as on a phone, in the folder YIZHAN_PICTURES. */
export async function sound(page, name) {
  await axe(page);
  await fitsWidth(page);
  assert.doesNotMatch(await page.content(), /⟦/, `a text is missing at ${page.url()}`);
  const folder = process.env.YIZHAN_PICTURES;
  if (!folder || !name) return;
  await mkdir(folder, { recursive: true });
  const before = page.viewportSize();
  await page.screenshot({ path: join(folder, `${name}-wide.png`), fullPage: true });
  await page.setViewportSize({ width: PHONE_PX, height: before.height });
  await page.screenshot({ path: join(folder, `${name}-phone.png`), fullPage: true });
  await page.setViewportSize(before);
}

/** A page of its own address, in Chinese and in English. */
export async function visit(page, address, name) {
  const and = address.includes('?') ? '&' : '?';
  await page.goto(`${address}${and}lang=en`);
  await sound(page, `${name}-en`);
  await page.goto(`${address}${and}lang=zh`);
  await sound(page, name);
}
