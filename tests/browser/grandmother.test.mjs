// At 21:40 a caller who says he is of the police has a woman of 72 share her screen and tells her to move 180,000 yuan in three pieces
// to a "safe account". From her side (a phone of 360 px, the elder edition) and from the desk's: nothing moves, her daughter is told
// to ring her, the officer calls back, she reports it and reads the lesson, the case is closed and the kept money stands in the figures.
// Its twin: an old man pays a hospital at the same hour, for the first time, nearly all he has; he proves that it is he and it is paid.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, openDemo, send, signIn, sleep, sound, stepUp, visit, yizhan } from './demo.mjs';
import { person } from './harness.mjs';

const PHONE = { width: 360, height: 740 };
// A test account at the other bank that the demo's carrier knows.
const SAFE = { name: '周外行', number: '9900010000000018', bank: '990001000013' };
const PIECE = '60000';
const EVENING = '21:40';
const TELL_SECONDS_MAX = 20;
const LOOK_MS = 500;

let demo;
let bank;
let browser;
before(async () => {
  demo = await openDemo();
  ({ bank, browser } = demo);
});
after(() => demo?.close());

const main = (page) => page.innerText('main');
const by = (name, more, work) =>
  person(browser, name, { url: bank.url, expected: /status of (4\d\d)/, ...more }, async (page) => {
    if (more.width) await page.goto('/?mode=elder&lang=zh');
    await signIn(page, name);
    await work(page);
  });
const press = (page, what) => Promise.all([page.waitForNavigation(), page.locator(`main ${what}`).last().click()]);
const NEXT = 'form[method=post] button[name=step]:not(.button-secondary)';
const reads = async (page, address, wanted) => {
  for (let waited = 0; waited < TELL_SECONDS_MAX * 1000; waited += LOOK_MS) {
    await page.goto(address);
    if (wanted.test(await main(page))) return;
    await sleep(LOOK_MS);
  }
  assert.match(await main(page), wanted);
};

/** Answers one question after the other as she was told to, up to the page that says what became of it. */
async function pay(page, payee, amount, picture) {
  const answers = { '#f-name': payee.name, '#f-number': payee.number, '#f-bank': payee.bank ?? '', '#f-amount': amount };
  await page.goto('/pay');
  const fresh = page.locator('main button[name=payee][value=new]');
  if (await fresh.count()) await press(page, 'button[name=payee][value=new]');
  for (let asked = 0; asked < 8 && at(page) === '/pay'; asked += 1) {
    for (const [field, value] of Object.entries(answers)) {
      const box = page.locator(`main ${field}`);
      if ((await box.count()) && (await box.isVisible())) await box.fill(value);
    }
    for (const question of ['safe_caller', 'safe_code', 'safe_secret']) {
      const no = page.locator(`main input[type=radio][name=${question}][value=no]`);
      if (await no.count()) await no.check({ force: true });
    }
    if (picture) await sound(page, `${picture}-${asked}`);
    await press(page, NEXT);
  }
  assert.match(at(page), /^\/payments\/inst_/);
}

/** What the caller's app around her pages would say of the phone. */
const shared = (page) => page.addInitScript(() => (window.yizhanDevice = { screen_shared: true, on_call: true }));
const stopped = [];
let waiting;

test('it becomes 21:40', { timeout: 120_000 }, () =>
  by('operator', {}, async (page) => {
    await visit(page, '/demo/time', 'demo-time-evening');
    await page.fill('[name=until]', '21h');
    await press(page, 'form[action="/demo/time"] button');
    assert.match(await main(page), /21:40/, 'a time that is none is refused and an example is told');
    await page.goto('/demo/time');
    await page.fill('[name=until]', EVENING);
    await press(page, 'form[action="/demo/time"] button');
  }));

test('her screen is shared: two pieces of 60,000 are stopped, in words that say what to do', { timeout: 300_000 }, () =>
  by('grandmother', PHONE, async (page) => {
    await shared(page);
    await page.goto('/home');
    await sound(page, 'grandmother-home');
    assert.match(await main(page), /238,292\.74/);
    for (const picture of ['grandmother-pay', '']) {
      await pay(page, SAFE, PIECE, picture);
      await sound(page, picture && 'grandmother-stopped');
      assert.match(await main(page), /有人能看到您的手机屏幕。钱没有动。请马上挂断/);
      assert.doesNotMatch(await main(page), /随时可以撤回/, 'what is stopped is not to be taken back');
      stopped.push(at(page));
    }
  }));

test('on another device that tells nothing of itself the third piece does not go either', { timeout: 300_000 }, () =>
  by('grandmother', { ...PHONE, javaScript: false }, async (page) => {
    await pay(page, SAFE, PIECE);
    waiting = at(page);
    await sound(page, 'grandmother-third');
    assert.doesNotMatch(await main(page), /转账成功/);
    await page.goto('/home');
    assert.match(await main(page), /178,292\.74/, 'what waits is set aside and has not left her account');
  }));

test('the daughter is told to ring her, and sees no sum', { timeout: 120_000 }, () =>
  by('daughter', {}, async (page) => {
    await reads(page, '/notices', /有一笔付款被暂缓或被拦下。请打电话问一问/);
    await visit(page, '/notices', 'daughter-notices');
    assert.doesNotMatch(await main(page), /60,000|周外行|9900/);
  }));

let caseAt;
let keptBefore;
/** Yuan that the bank kept for its customers this month. */
const keptMoney = async (page) => Number((await main(page)).match(/守住 ([\d,.]+) 元/)[1].replaceAll(',', ''));
test('the desk has one case of all pieces within the hour; the officer takes it and calls back', { timeout: 300_000 }, () =>
  by('risk', {}, async (page) => {
    await page.goto('/cases/figures?lang=zh');
    keptBefore = await keptMoney(page);
    await visit(page, '/cases', 'desk-cases');
    await press(page, 'a:text("屏幕共享或电话遥控")');
    caseAt = at(page);
    const said = await main(page);
    assert.equal(said.split('60,000.00').length - 1, 3, 'each piece is an alert of the one case');
    await visit(page, caseAt, 'desk-case');
    await press(page, 'form[action$="/claim"] button');
    await page.locator('main details', { hasText: '记录回拨' }).first().locator('summary').click();
    const form = page.locator('main form[action$="/call"]');
    await form.locator('input[name=call][value=reached]').check({ force: true });
    await form.locator('[name=asked]').fill('谁让您转的？有没有让您打开屏幕共享？');
    await form.locator('[name=answered]').fill('自称公安局的人，让转到“安全账户”，已经挂断，共享关了。');
    await Promise.all([page.waitForNavigation(), form.locator('button.button').click()]);
    await sound(page, 'desk-called');
    assert.match(await main(page), /自称公安局的人/);
  }));

test('she tells the bank that she was talked into it, and reads the lesson', { timeout: 300_000 }, () =>
  by('grandmother', PHONE, async (page) => {
    for (const [n, payment] of [stopped[0], waiting].entries()) {
      await page.goto(payment);
      await press(page, 'a[href$="/fraud"]');
      if (n === 0) await sound(page, 'grandmother-tells');
      await page.check('input[name=kind][value=authority]', { force: true });
      await press(page, 'form[action$="/fraud"] button.button');
      assert.match(at(page), /\/lesson$/);
      await sound(page, `grandmother-lesson-${n}`);
      assert.match(await main(page), /安全账户/);
    }
    await page.goto('/home');
    assert.match(await main(page), /238,292\.74/, 'every yuan is where it was');
  }));

test('the officer closes the case, the payee is proposed for the list, and the figures count what was kept', { timeout: 300_000 }, () =>
  by('risk', {}, async (page) => {
    await page.goto(caseAt);
    await page.locator('main details', { hasText: '结案' }).last().locator('summary').click();
    const form = page.locator('main form[action$="/closing"]');
    await form.locator('input[name=outcome][value=dissuaded]').check({ force: true });
    await form.locator('[name=why]').fill('客户明白是骗局，三笔都没有付出，女儿已联系上。');
    await Promise.all([page.waitForNavigation(), form.locator('button.button').click()]);
    await visit(page, caseAt, 'desk-closed');
    assert.match(await main(page), /已结/);
    await page.goto('/fraud-reports');
    await sound(page, 'desk-reports');
    await visit(page, '/cases/figures', 'desk-figures');
    assert.equal(await keptMoney(page), keptBefore + 180_000, 'what was hers is counted once');
  }));

test('an old man pays the hospital at night, proves that it is he, and it is paid in minutes', { timeout: 300_000 }, () =>
  by('elder', PHONE, async (page) => {
    // His son, who is with the doctors, shows him the way on the shared screen.
    await shared(page);
    const hospital = JSON.parse(yizhan('demo', 'logins', '--json')).payees[0];
    const begun = Date.now();
    await pay(page, hospital, '3000', 'hospital');
    await sound(page, 'hospital-asked');
    await press(page, 'a[href$="/confirmation"]');
    await stepUp(page, 'elder');
    await sound(page, 'hospital-confirm');
    await send(page);
    await sound(page, 'hospital-paid');
    assert.match(await main(page), /转账成功/);
    assert.ok(Date.now() - begun < 5 * 60_000);
  }));
