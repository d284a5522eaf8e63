// A crew's month from its workers to the bank and back: an old worker signs on his phone in the elder edition, a young one says what is
// wrong, is answered and signs at a machine, the labour officer reviews the days, compares the paper and clears the sheet, the main
// contractor pays it, and the subcontractor reads the proof. Scripts are off but at the machine.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, openDemo, send, signIn, sleep, sound, stepUp, visit } from './demo.mjs';
import { person } from './harness.mjs';
import { SIZE, enrol, identify, looked } from './lobby.mjs';

const SITE = '海角渔港防波堤工程';
const CREW = '钢筋班';
const LOOK_MS = 500;
const LOOKS_MAX = 60;
const PHONE = { width: 320, height: 640 };
/** The young worker's card on the reader of a demo machine. */
const CARD = '12';
const WRONG = '少算了一天，十月三十一号我也在。';
const ANSWER = '三十一号是十一月的考勤，下个月一起算。';

let demo;
let bank;
let browser;
let sheet;
/** What the old worker signed for. */
let net;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const plain = (more) => ({ url: bank.url, javaScript: false, expected: /status of (409|422)/, ...more });
const hrefs = (page, start) => page.locator(`main a[href^="${start}"]`).evaluateAll((all) => all.map((a) => a.getAttribute('href')));
const text = (page) => page.innerText('main');
/** The sheet whose month is over and not paid yet stands first. */
const newest = async (page) => (await hrefs(page, '/crews/sheets/'))[0];

async function signInForFirm(page, name) {
  await signIn(page, name);
  await page.goto('/home');
  await send(page, 'form[action="/act-for"] button');
}

/** Opens a page and sends the form that goes there. */
async function deed(page, action, name) {
  await send(page, `form[action$="${action}"] button[type=submit]`);
  await stepUp(page, name);
}

test('the old worker sees on his first page what waits, and signs it', { timeout: 300_000 }, () =>
  person(browser, 'old worker', plain(PHONE), async (page) => {
    await page.goto('/?mode=elder');
    await signIn(page, 'oldhand');
    await visit(page, '/home', 'worker-old-home');
    await page.locator('main a[href="/worker/lines"]').first().click();
    await visit(page, '/worker/lines', 'worker-old-lines');
    const [line] = await hrefs(page, '/worker/lines/');
    await visit(page, line, 'worker-old-line');
    const told = await text(page);
    for (const said of ['工资表上写的是', '工地考勤记的是', '伙食费']) assert.ok(told.includes(said), said);
    net = told.match(/这次要发给您\s*([\d,]+\.\d\d)/)[1];
    await page.locator('summary', { hasText: '看看是哪几天' }).click();
    await sound(page, 'worker-old-days');
    await send(page, 'form[action$="/signature"] button');
    assert.equal(at(page), line);
    assert.match(await text(page), /您已经签字/);
    await visit(page, line, 'worker-old-signed');
    assert.equal(await page.locator('form[action$="/signature"]').count(), 0, 'he signs once');
    await page.goto('/home');
    assert.equal(await page.locator('main a[href="/worker/lines"]').count(), 0, 'nothing waits any more');
  }));

test('the young worker says on his phone what is wrong', { timeout: 300_000 }, () =>
  person(browser, 'young worker', plain(PHONE), async (page) => {
    await signIn(page, 'younghand');
    await visit(page, '/home', 'worker-young-home');
    await page.goto('/worker/lines');
    const [line] = await hrefs(page, '/worker/lines/');
    await page.goto(`${line}/objection`);
    await send(page);
    assert.ok((await page.locator('.field-error').count()) >= 1, 'what is missing is named');
    await sound(page, 'worker-young-objection-wrong');
    await page.locator('input[name=kind][value=days]').check({ force: true });
    await page.fill('[name=text]', WRONG);
    await page.fill('[name=amount]', '6500');
    await send(page);
    assert.equal(at(page), line);
    assert.match(await text(page), /正在等答复/);
    await visit(page, line, 'worker-young-objected');
    assert.equal(await page.locator('form[action$="/signature"]').count(), 0, 'he waits for the answer');
  }));

test("the crew's clerk answers him and gives the sheet to the main contractor", { timeout: 300_000 }, () =>
  person(browser, 'crew clerk', plain(), async (page) => {
    await signInForFirm(page, 'crewclerk');
    await visit(page, '/notices', 'crew-notices');
    await visit(page, '/crews', 'crew-list');
    await page.locator('main a', { hasText: CREW }).first().click();
    const crew = at(page);
    await visit(page, crew, 'crew');
    assert.equal(await page.locator('form[action$="/end"]').count(), 0, 'the main contractor ends a crew');
    sheet = await newest(page);
    const [file] = await hrefs(page, '/attendance/');
    await visit(page, file, 'crew-attendance');
    assert.match(await text(page), /看不懂这个记号[^]*不在花名册/);
    await visit(page, sheet, 'crew-sheet');
    const lines = await hrefs(page, '/crews/lines/');
    await visit(page, lines[1], 'crew-line-objected');
    assert.ok((await text(page)).includes(WRONG));
    await page.locator('input[name=answer][value=kept]').check({ force: true });
    await page.fill('[name=text]', ANSWER);
    await send(page);
    assert.match(await text(page), /数目没有变/);
    await page.goto(sheet);
    await deed(page, '/submission');
    assert.match(await text(page), /已交总包/);
    await page.goto(`${crew}/months/2099-01`);
    await sound(page, 'crew-month-empty');
  }));

test('the young worker reads the answer at a machine and signs there', { timeout: 300_000 }, () =>
  person(browser, 'worker at a machine', { ...SIZE, url: bank.url, expected: /status of 4/ }, async (page) => {
    await enrol(bank, page, 'tall');
    await page.goto('/kiosk/identity?next=/worker/lines');
    await identify(page, CARD);
    assert.equal(at(page), '/worker/lines');
    await looked(page, 'worker-machine-lines');
    await page.locator('main a[href^="/worker/lines/"]').first().click();
    await page.waitForURL(/lines\/plin/);
    assert.ok((await text(page)).includes(ANSWER));
    await looked(page, 'worker-machine-line');
    await send(page, 'form[action$="/signature"] button');
    assert.match(await text(page), /您已经签字/);
    await looked(page, 'worker-machine-signed');
  }));

test('the labour officer reviews the days, hears everybody and clears the sheet', { timeout: 300_000 }, () =>
  person(browser, 'labour officer', plain(), async (page) => {
    await signInForFirm(page, 'labour');
    await page.goto('/wages');
    const project = await page.locator('main a', { hasText: SITE }).first().getAttribute('href');
    await visit(page, `${project}/attendance`, 'site-attendance');
    const [month] = (await hrefs(page, '/crews/')).filter((href) => href.includes('/months/'));
    await visit(page, sheet, 'labour-sheet');
    await send(page, 'form[action$="/clearance"] button');
    assert.match(await text(page), /考勤还没有审核/);
    await visit(page, month, 'labour-month');
    await send(page, 'form[action$="/review"] button');
    assert.match(await text(page), /已审核/);
    await page.goto(sheet);
    await deed(page, '/check', 'labour');
    await visit(page, `${sheet}?lacking=1`, 'labour-lacking');
    for (const line of await hrefs(page, '/crews/lines/')) {
      await page.goto(line);
      await page.fill('form[action$="/reason"] [name=reason]', '请假回乡，电话里说好了');
      await send(page, 'form[action$="/reason"] button');
      await sound(page, 'labour-line-reason');
    }
    await page.goto(sheet);
    await sound(page, 'labour-sheet-heard');
    await send(page, 'form[action$="/clearance"] button');
    assert.match(await text(page), /已放行/);
  }));

test('the main contractor submits, checks and pays it', { timeout: 300_000 }, async () => {
  const wages = sheet.replace('/crews/', '/wages/');
  await person(browser, 'site clerk', plain(), async (page) => {
    await signInForFirm(page, 'siteclerk');
    await page.goto(sheet);
    await page.locator('main a[href$="/submission"]').click();
    await sound(page, 'site-sheet-submission');
    await send(page);
    assert.match(await text(page), /待复核/);
  });
  await person(browser, 'site checker', plain(), async (page) => {
    await signInForFirm(page, 'sitecheck');
    await page.goto(wages);
    const [approval] = await hrefs(page, '/approvals/');
    await visit(page, approval, 'site-sheet-approval');
    await page.goto(`${approval}/approval`);
    await stepUp(page, 'sitecheck');
    await send(page);
    assert.equal(at(page), `${wages}/payment`);
    await send(page);
    for (let looks = 0; looks < LOOKS_MAX && !/全部发完/.test(await text(page)); looks += 1) {
      await sleep(LOOK_MS);
      await page.goto(wages);
    }
    assert.match(await text(page), /全部发完/);
  });
});

test('the subcontractor reads the proof, and the old worker his pay slip', { timeout: 300_000 }, async () => {
  await person(browser, 'crew clerk again', plain(), async (page) => {
    await signInForFirm(page, 'crewclerk');
    await visit(page, sheet, 'crew-sheet-paid');
    await visit(page, `${sheet}/proof`, 'crew-proof');
    assert.match(await text(page), /12 人的工资已代发/);
    const csv = await page.request.get(`${sheet}/proof.csv`);
    assert.equal((await csv.text()).match(/990\*+/g).length, 12, 'a line for each worker');
  });
  await person(browser, 'old worker again', plain(PHONE), async (page) => {
    await page.goto('/?mode=elder');
    await signIn(page, 'oldhand');
    await visit(page, '/slips', 'worker-old-slips');
    const [slip] = await hrefs(page, '/slips/');
    await visit(page, slip, 'worker-old-slip');
    assert.ok((await text(page)).includes(net));
  });
});
