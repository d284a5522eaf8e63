// A subcontractor is gone and 43 workers wait for a month's wages. The board warned nine days before the pay day; somebody complains without
// a name; the bureau opens a case, orders the main contractor to settle first, and when he does not, its inspector writes and its head
// signs a notice; the bank pays from the deposit; the workers sign, on paper and on the phone, and are paid; the contractor refills the
// deposit and the case is closed. Days pass on the demo's clock. Scripts are off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, openDemo, send, signIn, sleep, sound, stepUp, visit } from './demo.mjs';
import { person } from './harness.mjs';

const SITE = '望潮滨海步道二标段工程';
const WORKERS = 43;
const WORDS = '模板一班的老板联系不上了，四十三个人上个月的工资都没有发。';
const ORDER = '望人社监令〔2026〕47号';
const NOTICE = '望人社付〔2026〕12号';
const RUN_SECONDS_MAX = 120;
const LOOK_MS = 500;
/** A file that begins as a PDF does: signatures of those who have no telephone. */
const PAPER = { name: '签字表.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n% 模板一班 43 人\n') };

let demo;
let bank;
let browser;
let code;
let caseAt;
let noticeAt;
let sheet;

before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const plain = () => ({ url: bank.url, javaScript: false, expected: /status of (4\d\d)/ });
const by = (name, work, more = {}) =>
  person(browser, name, { ...plain(), ...more }, async (page) => {
    await signIn(page, name);
    await work(page);
  });
/** Somebody who acts for the one firm he has. */
const forFirm = (name, work) =>
  by(name, async (page) => {
    await page.goto('/home');
    await send(page, 'form[action="/act-for"] button');
    await work(page);
  });
const main = (page) => page.innerText('main');
const follow = async (page, selector) => page.goto(await page.locator(selector).first().getAttribute('href'));
/** The day at the branch, so many days from now. */
const day = (more = 0) => new Date(Date.now() + (8 * 3600 + more * 86_400) * 1000).toISOString().slice(0, 10);
const inForm = (action) => `form[action$="${action}"]`;
const sendForm = (page, action) => send(page, `${inForm(action)} button.button`);

async function decide(page, name, approval) {
  await visit(page, approval, `vanished-approval-${name}`);
  await page.goto(`${approval}/approval`);
  await stepUp(page, name);
  await send(page);
}

test('a worker complains without a name and keeps a code', { timeout: 120_000 }, () =>
  person(browser, 'nobody', { ...plain(), width: 360, height: 780 }, async (page) => {
    await page.goto('/complaint');
    await page.selectOption('[name=region]', '990102');
    await page.fill('[name=place]', SITE);
    await page.fill('[name=words]', WORDS);
    await send(page, `${inForm('/complaint')} button.button`);
    await sound(page, 'vanished-complained');
    code = (await main(page)).match(/[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/)?.[0];
    assert.ok(code, 'the code is told once');
  }));

test('the bureau sees what was warned of nine days before the pay day, and opens a case', { timeout: 300_000 }, () =>
  forFirm('inspector', async (page) => {
    await visit(page, '/bureau?open=yes', 'vanished-board');
    assert.match(await main(page), /990102/);
    await follow(page, `main a:text("${SITE}")`);
    await visit(page, at(page), 'vanished-project');
    assert.match(await main(page), /发薪日前 9 天预警/);
    assert.match(await main(page), /整个班组不见了/);
    await visit(page, '/bureau/complaints', 'vanished-complaints');
    await page.goBack();
    await page.goto('/bureau?open=yes');
    await follow(page, `main a:text("${SITE}")`);
    await follow(page, 'main a[href$="/case"]');
    await visit(page, at(page), 'vanished-case-form');
    assert.notEqual(await page.inputValue('[name=subcontractor]'), '', 'whose workers they are is known');
    await page.fill('[name=about]', '分包单位失联，四十三名工人上月工资未付');
    await page.selectOption('[name=sheet]', { index: 1 });
    await page.fill('[name=left]', '200000');
    await sendForm(page, '/case');
    caseAt = at(page);
    await visit(page, caseAt, 'vanished-case-open');
    const text = await main(page);
    assert.match(text, /总包单位先行清偿/);
    assert.match(text, new RegExp(`${WORKERS}`));
    await page.fill(`${inForm('/order')} [name=document]`, ORDER);
    await page.fill(`${inForm('/order')} [name=due_on]`, day());
    await sendForm(page, '/order');
    await visit(page, caseAt, 'vanished-case-ordered');
    assert.equal(await page.locator(inForm('/notice')).count(), 0, 'no notice before the default');
  }));

/** The demo's clock goes on by a day, by its operator. */
const aDayPasses = () =>
  by('operator', async (page) => {
    await visit(page, '/demo/time', 'demo-time');
    const before = await main(page);
    await sendForm(page, '/demo/time');
    assert.equal(at(page), '/sign-in', 'a day ends every session');
    await signIn(page, 'operator');
    await visit(page, '/demo/time', 'demo-time-after');
    assert.notEqual(await main(page), before);
    assert.match(await main(page), /已经拨快\s+1 天/);
  });

test('the day of the order passes and nothing is paid', { timeout: 300_000 }, aDayPasses);

test('the inspector writes the notice, and alone issues none', { timeout: 120_000 }, () =>
  forFirm('inspector', async (page) => {
    await visit(page, caseAt, 'vanished-case-defaulted');
    assert.match(await main(page), /逾期未付/);
    await page.fill(`${inForm('/notice')} [name=note]`, NOTICE);
    await sendForm(page, '/notice');
    await visit(page, caseAt, 'vanished-case-unsigned');
    assert.match(await main(page), /等负责人签发/);
    assert.equal(await page.locator('main a[href^="/approvals/"]').count(), 0, 'it is not his to sign');
  }));

test('the head signs it', { timeout: 120_000 }, () =>
  forFirm('bureauhead', async (page) => {
    await page.goto(caseAt);
    const approval = await page.locator('main a[href^="/approvals/"]').first().getAttribute('href');
    await decide(page, 'bureauhead', approval);
    await visit(page, caseAt, 'vanished-case-noticed');
    assert.match(await main(page), /负责人签发支付通知/);
  }));

test('the bank takes the notice in and asks a second person', { timeout: 120_000 }, () =>
  by('payroll', async (page) => {
    await page.goto('/arrears/cases');
    await follow(page, 'main a:text("分包单位失联")');
    await visit(page, at(page), 'vanished-bank-case');
    await sendForm(page, '/notice-taking');
    noticeAt = at(page);
    await visit(page, noticeAt, 'vanished-notice');
    await sendForm(page, '/asking');
    await sound(page);
  }));

test('the second person agrees, and the deposit pays what is owed', { timeout: 120_000 }, () =>
  by('checker', async (page) => {
    await page.goto('/approvals');
    await page.locator('main tr', { hasText: '保证金' }).locator('a[href^="/approvals/"]').first().click();
    await page.waitForURL(/\/approvals\//);
    await decide(page, 'checker', at(page));
    await visit(page, noticeAt, 'vanished-notice-paid');
    assert.match(await main(page), /已付到专户/);
  }));

test('the bank names the sheet that the money is for', { timeout: 120_000 }, () =>
  by('payroll', async (page) => {
    await visit(page, noticeAt, 'vanished-notice-paid');
    // Somebody believes that the contractor has paid; it only waits for a second person, who never agrees.
    await page.fill(`${inForm('/unneeded')} [name=note]`, '以为总包已用自有资金付清');
    await sendForm(page, '/unneeded');
    assert.match(at(page), /^\/approvals\//);
    await sound(page, 'vanished-notice-unneeded');
    await page.goto(noticeAt);
    await page.selectOption('[name=sheet]', { index: 1 });
    await sendForm(page, '/sheet');
    await visit(page, noticeAt, 'vanished-notice-used');
    sheet = await page.locator('main a[href^="/wages/sheets/"]').first().getAttribute('href');
  }));

test('one worker signs on his telephone', { timeout: 120_000 }, () =>
  by(
    'worker',
    async (page) => {
      await visit(page, '/worker/lines', 'vanished-lines');
      await follow(page, 'main a[href^="/worker/lines/"]');
      await visit(page, at(page), 'vanished-line');
      await sendForm(page, '/signature');
      await sound(page, 'vanished-line-signed');
      assert.match(await main(page), /签/);
    },
    { width: 360, height: 780 },
  ));

const signed = () => sheet.replace('/wages/', '/crews/');

test('the clerk sends the paper on which the others signed', { timeout: 120_000 }, () =>
  forFirm('siteclerk', async (page) => {
    await visit(page, signed(), 'vanished-signing');
    await page.locator('main details summary').last().click();
    await page.setInputFiles(`${inForm('/papers')} [name=file]`, PAPER);
    await page.fill(`${inForm('/papers')} [name=lines]`, `2-${WORKERS}`);
    await sendForm(page, '/papers');
    await sound(page, 'vanished-paper');
  }));

test('the labour officer compares the paper and clears the sheet', { timeout: 120_000 }, () =>
  forFirm('labour', async (page) => {
    await page.goto(signed());
    await send(page, 'form[action$="/check"] button.button');
    await sendForm(page, '/clearance');
    await visit(page, signed(), 'vanished-cleared');
  }));

test('the clerk submits it', { timeout: 120_000 }, () =>
  forFirm('siteclerk', async (page) => {
    await page.goto(`${sheet}/submission`);
    await send(page);
    assert.equal(at(page), sheet);
    assert.match(await main(page), /待复核/);
  }));

test('the checker agrees and pays; 43 are paid', { timeout: 300_000 }, () =>
  forFirm('sitecheck', async (page) => {
    await page.goto(sheet);
    const approval = await page.locator('main a[href^="/approvals/"]').first().getAttribute('href');
    await decide(page, 'sitecheck', approval);
    assert.equal(at(page), `${sheet}/payment`);
    await send(page);
    const deadline = Date.now() + RUN_SECONDS_MAX * 1000;
    while (!/已到账/.test(await main(page)) || /还没轮到/.test(await main(page))) {
      assert.ok(Date.now() < deadline, await main(page));
      await sleep(LOOK_MS);
      await page.goto(`${sheet}/payment`);
    }
    await visit(page, `${sheet}/payment`, 'vanished-paid');
    assert.match(await main(page), new RegExp(`${WORKERS}`));
  }));

test('the contractor refills the deposit, by two', { timeout: 300_000 }, async () => {
  await forFirm('siteclerk', async (page) => {
    await page.goto(noticeAt);
    await follow(page, 'nav a[href$="/guarantee"], .breadcrumbs a[href$="/guarantee"]');
    const guarantee = at(page);
    await visit(page, guarantee, 'vanished-guarantee-used');
    const owed = (await main(page)).match(/补足\D*([\d,]+\.\d\d)/)[1].replaceAll(',', '');
    await follow(page, 'main a[href$="/payment"]');
    await visit(page, at(page), 'vanished-refill');
    await page.locator('label[for="f-from"]').click();
    await page.fill('[name=amount]', owed);
    await send(page);
    await sound(page, 'vanished-refilled');
  });
  await forFirm('sitecheck', async (page) => {
    await page.goto('/approvals');
    await page.locator('main a[href^="/approvals/"]').first().click();
    await page.waitForURL(/\/approvals\//);
    await decide(page, 'sitecheck', at(page));
    const deadline = Date.now() + RUN_SECONDS_MAX * 1000;
    for (await page.goto(noticeAt); !/已补足/.test(await main(page)); await page.goto(noticeAt)) {
      assert.ok(Date.now() < deadline, await main(page));
      await sleep(LOOK_MS);
    }
    await visit(page, noticeAt, 'vanished-notice-refilled');
  });
});

test('the bank closes the case; the bureau sees it', { timeout: 300_000 }, async () => {
  await by('payroll', async (page) => {
    const at = caseAt.replace('/bureau/', '/arrears/');
    const deadline = Date.now() + RUN_SECONDS_MAX * 1000;
    for (await page.goto(at); !/可以结案/.test(await main(page)); await page.goto(at)) {
      assert.ok(Date.now() < deadline, await main(page));
      await sleep(LOOK_MS);
    }
    await page.fill(`${inForm('/closing')} [name=note]`, '四十三名工人的工资全部付清');
    await sendForm(page, '/closing');
    await visit(page, at, 'vanished-bank-closed');
  });
  await forFirm('inspector', async (page) => {
    await visit(page, caseAt, 'vanished-case-closed');
    assert.match(await main(page), /结案/);
  });
});

test('whoever complained sees how far it is by his code', { timeout: 120_000 }, () =>
  person(browser, 'nobody again', plain(), async (page) => {
    await visit(page, `/complaint/${code}`, 'vanished-progress');
    assert.equal((await page.goto('/complaint/ABCD-EFGH-JKLM')).status(), 404);
  }));
