// A bank on a free loopback port, a real browser in front of it, and the two questions asked of every screen: does axe
// find fault with it, and does it scroll sideways on a narrow phone?
//
// A test file starts one bank for all its tests (`startBank`), opens as many people's windows as it likes (`person`; each has
// its own cookies), and stops the bank at the end. A window that a test fails in leaves its picture in `out/`. What a
// page writes to the console as an error, an exception in its script and a request that found nothing are faults too:
// `person` fails the test for them when the window closes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';

// A debug build loads the demo in 20 to 40 s, and takes longer on a busy machine.
const START_SECONDS_MAX = 180;
const STOP_SECONDS_MAX = 15;
const PAGE_SECONDS_MAX = 15;
const SERVER_LOG_CHARACTERS_MAX = 20_000;
const NARROW_PX = 320;
const OFFENDERS_SHOWN_MAX = 5;

/** Windows without scripts, with the session that switches scripts off and, for axe, on again. */
const scriptless = new WeakMap();
const scriptsOff = (session, value) => session.send('Emulation.setScriptExecutionDisabled', { value });

const PICTURES = fileURLToPath(new URL('./out/', import.meta.url));
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const CHROMIUM = process.env.YIZHAN_CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How the binary is told to serve a demo bank from an empty folder. The one place that knows its command line. */
const serverArguments = (port, folder) => ['serve', '--data', folder, '--listen', `127.0.0.1:${port}`];

async function freePort() {
  const probe = createServer();
  await new Promise((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Starts the binary named by YIZHAN_BIN with its data in a temporary folder and waits until it answers.
 * Returns its `url`, `folder` (its data), `log()` (the end of what it printed) and `stop()` (resolves to the exit code; the folder is gone after it).
 */
export async function startBank(binary = process.env.YIZHAN_BIN) {
  assert.ok(binary, 'set YIZHAN_BIN to the yizhan binary, for example ~/.cache/yizhan/target/debug/yizhan');
  const folder = await mkdtemp(join(tmpdir(), 'yizhan-browser-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let log = '';
  let ended = null;
  const server = spawn(binary, serverArguments(port, folder), { stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = new Promise((resolve) => {
    server.once('error', (error) => resolve((ended = String(error))));
    server.once('exit', (code, signal) => resolve((ended = signal ?? code)));
  });
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (bytes) => (log = (log + bytes).slice(-SERVER_LOG_CHARACTERS_MAX)));
  }
  const killWithUs = () => server.kill('SIGKILL');
  process.once('exit', killWithUs);

  const stop = async () => {
    const overdue = setTimeout(() => server.kill('SIGKILL'), STOP_SECONDS_MAX * 1000);
    server.kill('SIGTERM');
    const code = await exit;
    clearTimeout(overdue);
    process.off('exit', killWithUs);
    await rm(folder, { recursive: true, force: true });
    return code;
  };

  const deadline = Date.now() + START_SECONDS_MAX * 1000;
  for (;;) {
    const answered = await fetch(url, { redirect: 'manual' }).then((answer) => answer.status < 500, () => false);
    if (answered) return { url, folder, log: () => log, stop };
    if (ended !== null || Date.now() > deadline) {
      const why = ended === null ? `did not answer at ${url} within ${START_SECONDS_MAX} s` : `ended with ${ended} before it answered`;
      await stop();
      assert.fail(`${binary} ${serverArguments(port, folder).join(' ')} ${why}. It printed:\n${log}`);
    }
    await sleep(50);
  }
}

/** One headless Chromium with a profile of its own; close it when the file is done. */
export function openBrowser() {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
}

/**
 * Runs `visit(page)` in a fresh window of `browser`. Options: `javaScript` (default true), `width` and `height` in CSS px,
 * `locale` (default zh-CN), `url` (base of relative addresses), `expected` (a pattern; faults that match it are what the test is about).
 */
export async function person(browser, name, options, visit) {
  const { javaScript = true, width = 1280, height = 800, locale = 'zh-CN', url, expected, ...unknown } = options;
  assert.deepEqual(unknown, {}, 'an option that is not known would be passed over');
  const context = await browser.newContext({
    viewport: { width, height },
    locale,
    timezoneId: 'Asia/Shanghai',
    baseURL: url,
  });
  context.setDefaultTimeout(PAGE_SECONDS_MAX * 1000);
  const page = await context.newPage();
  if (!javaScript) {
    scriptless.set(page, await context.newCDPSession(page));
    await scriptsOff(scriptless.get(page), true);
  }
  const faults = [];
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()} (${message.location().url})`);
  });
  try {
    await visit(page);
    const unexpected = faults.filter((fault) => !expected?.test(fault));
    assert.equal(unexpected.length, 0, `${name}: the page reported\n  ${unexpected.join('\n  ')}`);
  } catch (error) {
    await mkdir(PICTURES, { recursive: true });
    const picture = join(PICTURES, `${name.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.png`);
    await page.screenshot({ path: picture, fullPage: true }).catch(() => {});
    error.message += `\n(at ${page.url()}; picture: ${picture})`;
    throw error;
  } finally {
    await context.close();
  }
}

/**
 * Fails unless axe finds nothing at WCAG 2.2 A and AA on what the page shows now. axe is a script itself: in a window
 * without scripts they are on while it reads, which runs none of the page's own, since those were passed over at loading.
 */
export async function axe(page, but = []) {
  const session = scriptless.get(page);
  if (session) await scriptsOff(session, false);
  const { violations } = await new AxeBuilder({ page }).withTags(STANDARDS).disableRules(but).analyze();
  if (session) await scriptsOff(session, true);
  const lines = violations.map((violation) => {
    const nodes = violation.nodes.slice(0, OFFENDERS_SHOWN_MAX).map((node) => {
      const summary = node.failureSummary.replaceAll(/\s*\n\s*/g, ' ');
      return `    ${node.target.join(' ')}\n      ${node.html.slice(0, 160)}\n      ${summary}`;
    });
    const more = violation.nodes.length - nodes.length;
    return [`  ${violation.id} (${violation.impact}): ${violation.help}`, ...nodes, ...(more > 0 ? [`    and ${more} more`] : [])].join('\n');
  });
  assert.equal(violations.length, 0, `axe finds fault with ${page.url()}:\n${lines.join('\n')}`);
}

/** Fails if the page scrolls sideways `px` wide (WCAG 1.4.10 asks for 320); a box that scrolls by itself is allowed. */
export async function fitsWidth(page, px = NARROW_PX) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: px, height: before.height });
  const found = await page.evaluate((limit) => {
    const root = document.scrollingElement;
    const scrolls = (box) => box && box !== root && (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(box).overflowX) || scrolls(box.parentElement));
    const wide = [...document.body.querySelectorAll('*')].filter((box) => box.getBoundingClientRect().right > limit + 1 && !scrolls(box.parentElement));
    return {
      width: root.scrollWidth,
      offenders: wide.map((box) => `${box.localName}${box.id ? `#${box.id}` : ''}${[...box.classList].map((c) => `.${c}`).join('')}, right edge at ${Math.round(box.getBoundingClientRect().right)} px`),
    };
  }, px);
  await page.setViewportSize(before);
  const list = found.offenders.slice(0, OFFENDERS_SHOWN_MAX).map((line) => `  ${line}`);
  assert.ok(found.width <= px, `${page.url()} is ${found.width} px wide in a window of ${px} px:\n${list.join('\n')}`);
}
