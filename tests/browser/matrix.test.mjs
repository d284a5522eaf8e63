// Every page × every mode that reaches it × both languages × three widths, measured (measure.mjs). By default each page is
// met in every mode, each language and each width at least once; with YIZHAN_DEEP=1 the whole product is walked.
// Exceptions to AAA stand in aaa-exceptions.json with their reasons, pages no reader of the demo reaches in unreached.json;
// both lists may only shrink.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openDemo } from './demo.mjs';
import { Exceptions, accessible, focusShown, measured } from './measure.mjs';
import { ENDS, READERS, identify, pairs, rounds } from './rounds.mjs';

const DEEP = Boolean(process.env.YIZHAN_DEEP);
const WINDOWS = [
  { width: 320, height: 640 },
  { width: 375, height: 812 },
  { width: 1080, height: 1920 },
];
const LANGUAGES = ['zh', 'en'];
const MODES = ['customer', 'elder', 'kiosk', 'agent', 'manager'];
/** A kiosk is a terminal of one size. */
const windowsOf = (mode) => (mode === 'kiosk' ? WINDOWS.slice(-1) : WINDOWS);
const FAULTS_SHOWN_MAX = 60;
const UNREACHED = JSON.parse(readFileSync(new URL('./unreached.json', import.meta.url), 'utf8'));

let demo;
const exceptions = new Exceptions();
const faults = [];

before(async () => {
  demo = await openDemo();
});
after(() => demo?.close());

/** One page as one reader in one language: axe in one width, sizes in all that are asked. */
async function meet(page, { address, mode, language, windows, axeAt, name }) {
  const and = address.includes('?') ? '&' : '?';
  const own = ['elder', 'customer'].includes(mode) && !address.includes('mode=') ? `&mode=${mode}` : '';
  const answer = await page.goto(`${address}${and}lang=${language}${own}`);
  const told = [];
  if (answer.status() !== 200) told.push(`answered ${answer.status()}`);
  const lang = await page.getAttribute('html', 'lang');
  if (!lang?.startsWith(language)) told.push(`is told to be ${lang}`);
  const shown = await page.getAttribute('html', 'data-mode');
  if (shown !== mode) told.push(`is shown as for ${shown}`);
  if (/⟦/.test(await page.content())) told.push('a text is missing');
  for (const window of windows) {
    await page.setViewportSize(window);
    for (const fault of await measured(page, mode)) told.push(`${window.width} px: ${fault}`);
    if (window === axeAt || DEEP) {
      told.push(...(await accessible(page, exceptions)));
      told.push(...(await focusShown(page)));
    }
  }
  for (const fault of told) faults.push(`${name} [${mode} ${language}] ${fault}`);
}

function report(what, from) {
  const own = faults.splice(from);
  mkdirSync(new URL('./out/', import.meta.url), { recursive: true });
  writeFileSync(fileURLToPath(new URL(`./out/${what}.txt`, import.meta.url)), own.join('\n'));
  const more = own.length > FAULTS_SHOWN_MAX ? `\n… and ${own.length - FAULTS_SHOWN_MAX} more in out/${what}.txt` : '';
  assert.equal(own.length, 0, `${own.length} faults:\n${own.slice(0, FAULTS_SHOWN_MAX).join('\n')}${more}`);
}

test('the gallery, in every mode and language', { timeout: 600_000 }, async () => {
  const context = await demo.browser.newContext({ baseURL: demo.bank.url, locale: 'zh-CN' });
  const page = await context.newPage();
  const screens = ['home', 'form', 'check', 'done', 'desk', 'error'].map((name) => `/design/screens/${name}`);
  let turn = 0;
  for (const mode of MODES) {
    for (const language of LANGUAGES) {
      for (const path of ['/design', ...screens.filter((_, i) => DEEP || i % 2 === turn % 2)]) {
        const windows = windowsOf(mode);
        const axeAt = windows[turn++ % windows.length];
        await meet(page, { address: `${path}?mode=${mode}`, mode, language, windows, axeAt, name: path });
      }
    }
  }
  await context.close();
  report('gallery', 0);
});

test('every page, every mode that reaches it', { timeout: 3_600_000 }, async () => {
  const { readers, unreached } = await rounds(demo.browser, demo.bank, READERS);
  assert.deepEqual(unreached.sort(), UNREACHED.pages.map((one) => one.path).sort(), 'unreached.json is not what the readers of the demo cannot open');
  assert.equal(UNREACHED.pages.length, UNREACHED.count);
  const plan = pairs(readers);
  const modesOf = (path) => plan.filter((one) => one.path === path).length;
  const began = faults.length;
  let turn = 0;
  const visits = plan.flatMap((one) => {
    turn += 1;
    const first = turn % LANGUAGES.length;
    const both = DEEP || modesOf(one.path) === 1;
    const languages = both ? LANGUAGES : [LANGUAGES[(first + MODES.indexOf(one.mode)) % 2]];
    const windows = windowsOf(one.mode);
    return languages.map((language, i) => ({ ...one, language, windows, axeAt: windows[(turn + i) % windows.length], name: one.path }));
  });
  const queues = readers.map((reader) => visits.filter((visit) => visit.reader === reader).sort((a, b) => ENDS.includes(a.path) - ENDS.includes(b.path))).sort((a, b) => b.length - a.length);
  const worker = async () => {
    for (let queue = queues.shift(); queue; queue = queues.shift()) {
      if (queue.length) await identify(queue[0].reader);
      for (const visit of queue) {
        await meet(visit.reader.page, visit).catch((why) => faults.push(`${visit.name} [${visit.mode} ${visit.language}] ${why.message}`));
      }
    }
  };
  await Promise.all([worker(), worker()]);
  console.log(`${visits.length} visits to ${new Set(plan.map((one) => one.path)).size} pages`);
  report('pages', began);
});

test('no exception is left over', () => {
  assert.deepEqual(exceptions.faults(), []);
});
