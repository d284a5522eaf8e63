// The payday, as the people concerned live it: a clerk sends a faulty file, sees every fault, sends the corrected one and
// submits; a second person checks and pays by one key; the worker opens the pay slip on a narrow phone. Once with scripts
// and once without. axe looks at every screen, and each must fit 320 px. Nobody sees what belongs to another firm.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { at, openDemo, signIn, sleep, sound, stepUp, yizhan } from './demo.mjs';
import { person } from './harness.mjs';

const RUN_SECONDS_MAX = 120;
const LOOK_MS = 500;
const NOTICE_SECONDS_MAX = 30;
const ANOTHER_CARD = '9900990000001234'; // of another bank of the demo's islands

let demo;
let bank;
let browser;
let files;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
  files = await mkdtemp(join(tmpdir(), 'yizhan-files-'));
  yizhan('demo', 'files', files);
});

after(async () => {
  await demo?.close();
  if (files) await rm(files, { recursive: true, force: true });
});

const send = (page, selector = 'main form button[type=submit]') =>
  Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
const choose = (page, value) => page.locator(`label[for="${value}"]`).click();

/** Signs in and acts for the one firm the person has, by the one key that the first page offers for it. */
async function signInForFirm(page, name) {
  await signIn(page, name);
  await page.goto('/home');
  await send(page, 'form[action="/act-for"] button');
  assert.equal(at(page), '/home');
}

async function firstProject(page, name = '') {
  await page.goto('/wages');
  await sound(page);
  await page.locator('main a[href^="/wages/projects/"]', { hasText: name }).first().click();
  await page.waitForURL(/\/wages\/projects\//);
  await sound(page);
  return at(page);
}

async function upload(page, project, file, supplement = false) {
  await page.goto(`${project}/sheet-import`);
  await sound(page);
  if (supplement) await choose(page, 'f-kind-2');
  await page.setInputFiles('[name=file]', join(files, file));
  await send(page);
  assert.match(at(page), /^\/wages\/imports\//, `${file} was not read`);
  await sound(page);
}

/** From a good import to a sheet that waits for the checker; answers the sheet's address. */
async function submit(page) {
  await page.locator('main a[href^="/wages/sheets/"]').first().click();
  await page.waitForURL(/\/wages\/sheets\//);
  await sound(page);
  const sheet = at(page);
  await page.goto(`${sheet}/submission`);
  await sound(page);
  await send(page);
  assert.equal(at(page), sheet);
  assert.match(await page.innerText('main'), /待复核/);
  return sheet;
}

/** The checker's yes, from the page that asks for it. */
async function approve(page, name, approval) {
  await page.goto(approval);
  await sound(page);
  await page.goto(`${approval}/approval`);
  await stepUp(page, name);
  await sound(page);
  await send(page);
}

async function checkAndPay(page, name, sheet, done = /已到账/) {
  await page.goto('/home');
  assert.match(await page.innerText('main'), /工资表等您复核/, 'the first page says what to do next');
  await sound(page);
  await page.goto('/approvals');
  await sound(page);
  await page.goto(sheet);
  await approve(page, name, await page.locator('main a[href^="/approvals/"]').first().getAttribute('href'));
  assert.equal(at(page), `${sheet}/payment`, 'after the check the payment is one key away');
  await sound(page);
  await send(page);
  assert.equal(at(page), `${sheet}/payment`);
  await sound(page);
  const deadline = Date.now() + RUN_SECONDS_MAX * 1000;
  for (;;) {
    const text = await page.innerText('main');
    if (!/还没轮到/.test(text) && done.test(text)) break;
    assert.ok(Date.now() < deadline, `the run did not end in ${RUN_SECONDS_MAX} s: ${text}`);
    await sleep(LOOK_MS);
    await page.goto(`${sheet}/payment`);
  }
  await page.goto(`${sheet}/payment`); // the part that keeps itself fresh does not bring the list of failures
  await sound(page);
}

test('the payday of a ship-repair team, scripts on', { timeout: 300_000 }, async () => {
  let sheet;
  await person(browser, 'clerk', { url: bank.url, expected: /422/ }, async (page) => {
    await signInForFirm(page, 'subclerk');
    const project = await firstProject(page);
    assert.match(await page.innerText('main'), /不享有/, 'ship repair claims no protection by law');
    await page.goto(`${project}/roster`);
    await sound(page);
    await upload(page, project, 'subcontractor-2026-10-faulty.xlsx');
    const told = await page.innerText('main');
    assert.match(told, /行有误/);
    assert.match(told, /D13[^]*校验位/, 'a fault names its cell and its reason');
    const [csv] = await Promise.all([page.waitForEvent('download'), page.click('a[href$="/faults.csv"]')]);
    assert.match(csv.suggestedFilename(), /问题清单\.csv$/);
    await send(page);
    assert.match(await page.innerText('main'), /请选择一种办法/);
    await choose(page, 'f-way');
    await send(page);
    assert.equal(at(page), `${project}/sheet-import`);
    await upload(page, project, 'subcontractor-2026-10.xlsx');
    sheet = await submit(page);
  });
  await person(browser, 'checker', { url: bank.url }, async (page) => {
    await signInForFirm(page, 'subcheck');
    await checkAndPay(page, 'subcheck', sheet);
    const failed = await page.innerText('main');
    assert.match(failed, /没有发出的人/, 'some accounts of the demo cannot take their first pay');
    await page.goto(`${sheet}?state=failed`);
    await sound(page);
    const [csv] = await Promise.all([page.waitForEvent('download'), page.goto(`${sheet}/result.csv`).catch(() => {})]);
    assert.match(csv.suggestedFilename(), /发放结果\.csv$/);
  });
  await person(browser, 'worker', { url: bank.url, width: 360, height: 780 }, async (page) => {
    await signIn(page, 'worker');
    await page.goto('/slips');
    await sound(page);
    await page.getByRole('link', { name: '2026年10月工资' }).click();
    await page.waitForURL(/\/slips\/plin_/);
    await sound(page);
    const slip = await page.innerText('main');
    for (const part of [/已发到您账户/, /应发合计/, /扣款合计/, /复核/, /到账凭证/, /对这张工资条有疑问/]) assert.match(slip, part);
    await page.goto('/accounts');
    await sound(page);
    await page.locator('main a[href^="/accounts/"]').first().click();
    await page.waitForURL(/\/accounts\/acct_/);
    await sound(page);
    assert.match(await page.innerText('main'), /工资 2026-10/);
    await hears(page, /2026年10月工资 [\d,.]+ 元已到账/);
  });
});

/** Waits until a notice says so, and opens the slip it leads to. */
async function hears(page, what) {
  const deadline = Date.now() + NOTICE_SECONDS_MAX * 1000;
  const notice = page.locator('main tbody tr', { hasText: what });
  for (;;) {
    await page.goto('/notices');
    if (await notice.count()) break;
    assert.ok(Date.now() < deadline, `no such notice in ${NOTICE_SECONDS_MAX} s: ${await page.innerText('main')}`);
    await sleep(LOOK_MS);
  }
  await sound(page);
  await notice.first().getByRole('link').click();
  await page.waitForURL(/\/slips\/plin_/);
  await sound(page);
}

/** The rows of a firm's pay sheet as it stands in its file. */
async function rows(file) {
  const text = new TextDecoder('gb18030').decode(await readFile(join(files, file)));
  const table = text.split(/\r?\n/).map((line) => line.split(','));
  const head = table.findIndex((cells) => cells.some((cell) => cell.includes('身份证')));
  const column = (word) => table[head].findIndex((cell) => cell.includes(word));
  const [name, identity, card, bank] = ['姓名', '身份证', '卡号', '开户'].map(column);
  const plain = (cell) => (cell ?? '').replace(/["'\t]/g, '').trim();
  const found = table.slice(head + 1).filter((cells) => /\d{17}[\dXx]/.test(cells[identity] ?? ''));
  return found.map((cells) => ({ name: plain(cells[name]), identity: plain(cells[identity]), card: plain(cells[card]), bank: plain(cells[bank]) }));
}

/** The clerk asks for another account of a worker whose row on the roster ends so; answers the approval's address. */
async function askForAccount(page, project, shown, number, bankName) {
  await page.goto(`${project}/roster`);
  for (;;) {
    const row = page.locator('main tbody tr', { hasText: shown });
    if (await row.count()) {
      await page.goto(await row.first().locator('a[href$="/account"]').getAttribute('href'));
      break;
    }
    await page.goto(await page.locator('main a[href*="after="]').last().getAttribute('href'));
  }
  await sound(page);
  await page.fill('[name=number]', number);
  await page.fill('[name=bank]', bankName);
  await page.fill('[name=note]', '本人提供新卡');
  await send(page);
  assert.match(at(page), /^\/approvals\//, await page.innerText('main'));
  await sound(page);
  assert.match(await page.innerText('main'), /要由另一个人复核/, 'who asked does not approve');
  assert.equal(await page.locator('main a[href$="/approval"]').count(), 0);
  return at(page);
}

test('a wage that failed comes back, is corrected and reaches its worker', { timeout: 600_000 }, async () => {
  let number;
  await person(browser, 'worker at first', { url: bank.url }, async (page) => {
    await signIn(page, 'worker');
    await page.goto('/accounts');
    await page.goto(await page.locator('main a[href^="/accounts/"]').first().getAttribute('href'));
    [number] = (await page.textContent('main')).replace(/ /g, '').match(/\d{16,19}/);
  });
  const own = (await rows('subcontractor-2026-10-gb18030.csv')).find((row) => row.card === number);
  assert.ok(own, `${number} stands in the file`);
  const shown = own.card.slice(-4);
  const file = `姓名,身份证号码,应发工资,实发工资\n${own.name},${own.identity},100.00,100.00\n`;
  await writeFile(join(files, 'supplement.csv'), file);
  const windows = { url: bank.url };
  await person(browser, 'clerk', windows, async (clerk) => {
    await signInForFirm(clerk, 'subclerk');
    const project = await firstProject(clerk);
    await upload(clerk, project, 'supplement.csv', true);
    const sheet = await submit(clerk);
    const asked = await askForAccount(clerk, project, shown, ANOTHER_CARD, '沧溟银行');
    await person(browser, 'checker', windows, async (checker) => {
      await signInForFirm(checker, 'subcheck');
      await approve(checker, 'subcheck', asked);
      await checkAndPay(checker, 'subcheck', sheet, /没有发出的人/);
      await person(browser, 'worker', { ...windows, width: 360, height: 780 }, async (worker) => {
        await signIn(worker, 'worker');
        await hears(worker, /没有发到账户/);
        assert.match(await worker.innerText('main'), /制表以后收款账户变了/);

        await clerk.goto('/home');
        assert.match(await clerk.innerText('main'), /的工资没有发出，请处理/);
        await sound(clerk);
        const back = await askForAccount(clerk, project, ANOTHER_CARD.slice(-4), own.card, '');
        await approve(checker, 'subcheck', back);
        await clerk.goto(`${sheet}/payment`);
        await sound(clerk);
        await send(clerk, 'main button[form=repayment][value=""]');
        assert.match(at(clerk), /^\/wages\/sheets\//, await clerk.innerText('main'));
        const again = at(clerk);
        assert.notEqual(again, sheet);
        await clerk.goto(`${again}/submission`);
        await send(clerk);
        await checkAndPay(checker, 'subcheck', again);
        await hears(worker, /2026年\d+月补发工资 100\.00 元已到账/);
        assert.match(await worker.innerText('main'), /已发到您账户/);
      });
    });
  });
});

test('the payday of a building site, scripts off', { timeout: 300_000 }, async () => {
  let sheet;
  await person(browser, 'site clerk', { url: bank.url, javaScript: false }, async (page) => {
    await signInForFirm(page, 'siteclerk');
    const project = await firstProject(page, '望潮客运枢纽');
    assert.match(await page.innerText('main'), /第三十三条/, 'the law protects the wage account of a building site');
    await upload(page, project, 'site-2026-10.xlsx');
    if (await page.locator('#f-way-2').count()) {
      await choose(page, 'f-way-2');
      await send(page);
      if (at(page).startsWith('/wages/sheets/')) await page.goBack();
      await page.reload();
    }
    sheet = await submit(page);
  });
  await person(browser, 'site checker', { url: bank.url, javaScript: false }, async (page) => {
    await signInForFirm(page, 'sitecheck');
    await checkAndPay(page, 'sitecheck', sheet);
  });
});

test('what belongs to another firm is not found', { timeout: 120_000 }, async () => {
  const own = [];
  await person(browser, 'owner of the pages', { url: bank.url }, async (page) => {
    await signInForFirm(page, 'subclerk');
    await page.goto('/wages');
    const project = await page.locator('main a[href^="/wages/projects/"]').first().getAttribute('href');
    own.push(project, ...['roster', 'funding', 'sheet-import', 'roster-import'].map((rest) => `${project}/${rest}`));
    await page.goto('/accounts');
    own.push(await page.locator('main a[href^="/accounts/"]').first().getAttribute('href'));
    await page.goto(project);
    const sheet = await page.locator('main a[href^="/wages/sheets/"]').first().getAttribute('href');
    own.push(sheet, `${sheet}/payment`, `${sheet}/progress`, `${sheet}/result.csv`, `${sheet}/submission`);
    own.push(await page.locator('main a[href^="/wages/imports/"]').first().getAttribute('href'));
    await page.goto(sheet);
    own.push(await page.locator('main a[href^="/slips/"]').first().getAttribute('href'));
  });
  await person(browser, 'stranger', { url: bank.url, expected: /404/ }, async (page) => {
    await signInForFirm(page, 'siteclerk');
    for (const address of own) {
      const answer = await page.goto(address);
      assert.equal(answer.status(), 404, address);
    }
    await sound(page);
  });
});
