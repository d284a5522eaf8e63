// Who walks through the bank, and where each may go: every kind of reader signs in once, his links are followed, and what
// no link leads to is tried with the ids that were seen. The answer is a list of rounds: a page, a reader, a mode.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { at, send, signIn, yizhan } from './demo.mjs';

const PAGES = JSON.parse(readFileSync(new URL('./pages.json', import.meta.url), 'utf8'));
const ASKED_AT_ONCE = 6;
const FOLLOWED_OF_A_KIND = 3;
const TRIED_OF_A_KIND = 12;

/** Name of the demo login, mode of its screens, whether he acts for his firm and sends a file of payments, whether he chose the elder edition. */
export const READERS = [
  { name: 'nobody', mode: 'customer' },
  { name: 'customer', mode: 'customer' },
  { name: 'elder', mode: 'elder', elder: true },
  { name: 'worker', mode: 'elder', elder: true },
  { name: 'oldhand', mode: 'elder', elder: true },
  { name: 'younghand', mode: 'customer' },
  { name: 'machine', mode: 'kiosk', card: '1', variant: 'tall' },
  { name: 'worker at a machine', mode: 'kiosk', card: '12', variant: 'low' },
  { name: 'subclerk', mode: 'customer', firm: true },
  { name: 'payowner', mode: 'customer', firm: true, sends: true },
  { name: 'siteclerk', mode: 'customer', firm: true },
  { name: 'labour', mode: 'customer', firm: true },
  { name: 'crewclerk', mode: 'customer', firm: true },
  { name: 'siteowner', mode: 'customer', firm: true },
  { name: 'inspector', mode: 'customer', firm: true },
  { name: 'bureauhead', mode: 'customer', firm: true },
  { name: 'teller', mode: 'agent' },
  { name: 'payroll', mode: 'agent' },
  { name: 'manager', mode: 'manager' },
  { name: 'risk', mode: 'manager' },
  { name: 'operator', mode: 'manager' },
  { name: 'auditor', mode: 'manager' },
  { name: 'admin', mode: 'agent' },
];

const shape = (path) => new RegExp(`^${path.replaceAll(/[.]/g, '\\.').replaceAll(/\{[a-z_*]+\}/g, '[^/]+')}$`);
/** Pages that end a visit: they come last. */
export const ENDS = ['/kiosk/end'];
const KINDS = PAGES.map((page) => ({ ...page, shape: shape(page.path), holes: page.path.split('{').length - 1 })).sort(
  (a, b) => ENDS.includes(a.path) - ENDS.includes(b.path) || a.holes - b.holes,
);
export const PATHS = PAGES.map((page) => page.path);
const kindOf = (path) => KINDS.find((kind) => kind.shape.test(path));
/** Addresses that answer a file or a part of a page. */
const parts = new Set();
/** Addresses that only lead on to a page. */
const leading = new Set();
const ID = /\b[a-z]{3,4}_[0-9A-HJKMNP-TV-Z]{26}\b/g;

/** At a machine: lays the card on it and looks into the camera. A visit ends by itself, so this is done again before each round. */
export async function identify(reader) {
  if (!reader.card) return;
  await reader.page.goto('/kiosk/identity?next=/accounts');
  if (at(reader.page) !== '/kiosk/identity') return;
  await reader.page.fill('[name=laid]', reader.card);
  await send(reader.page);
  await send(reader.page);
  assert.equal(at(reader.page), '/accounts', 'the machine knows the card');
}

async function enterMachine(bank, context, page, reader) {
  const { machines } = JSON.parse(yizhan('--json', 'demo', 'kiosk', '--data', bank.folder));
  await page.goto('/kiosk/enrolment');
  await page.fill('[name=code]', machines.find((machine) => machine.variant === reader.variant).code);
  await send(page);
  const machine = { ...reader, context, page, found: new Map(), ids: new Set(), asked: new Set() };
  await identify(machine);
  return machine;
}

/** A file of payments to look at: one row of it can be paid, one is wrong. */
async function sendFile(page) {
  const text = '收款人户名,收款账号,开户行,金额,附言\n周外行,9900010000000018,990001000013,12.00,运费\n周外行,9900010000000018,990001000013,abc,货款\n';
  await page.goto('/bulk/new');
  await page.locator('input[name=from]').first().check({ force: true });
  await page.setInputFiles('[name=file]', { name: '付款.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await send(page);
  assert.match(at(page), /^\/bulk\/bulk_/, 'the file is taken');
}

/** A window that is signed in, kept for all of its rounds. */
async function enter(browser, bank, reader) {
  const context = await browser.newContext({ baseURL: bank.url, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  if (reader.card) return enterMachine(bank, context, page, reader);
  await page.goto(reader.elder ? '/?mode=elder' : '/');
  if (reader.name !== 'nobody') await signIn(page, reader.name);
  if (reader.elder) await page.goto('/home?mode=elder');
  if (reader.firm) {
    await page.goto('/act-for');
    const choice = page.locator('main input[name=firm]').last();
    if (await choice.count()) await choice.check({ force: true });
    await Promise.all([page.waitForNavigation(), page.locator('main form[method=post] button[type=submit]').last().click()]);
  }
  if (reader.sends) await sendFile(page);
  return { ...reader, context, page, found: new Map(), ids: new Set(), asked: new Set() };
}

/** Asks for an address as the reader and keeps it when it is a page of its own. */
async function ask(reader, address) {
  const path = address.split('?')[0];
  const kind = kindOf(path);
  if (!kind || reader.asked.has(address)) return [];
  reader.asked.add(address);
  const answer = await reader.context.request.get(address, { maxRedirects: 0 }).catch(() => null);
  const led = answer?.status() === 303 && !/^\/(sign-in|step-up|password)/.test(answer.headers().location ?? '');
  if (led) leading.add(kind.path);
  if (answer?.status() !== 200) return [];
  if (!/text\/html/.test(answer.headers()['content-type'] ?? '')) parts.add(kind.path);
  if (parts.has(kind.path)) return [];
  const text = await answer.text();
  for (const [id] of text.matchAll(ID)) reader.ids.add(id);
  if (!text.includes('<html')) parts.add(kind.path);
  else reader.found.set(kind.path, [...(reader.found.get(kind.path) ?? []), address]);
  return [...text.matchAll(/href="(\/[^"#]*)"/g)].map(([, href]) => href.replaceAll('&amp;', '&')).filter((href) => !/[?&](mode|lang)=/.test(href));
}

async function follow(reader) {
  let next = reader.name === 'nobody' ? ['/', '/sign-in', '/prices', '/verify', '/words', '/help'] : ['/home'];
  const count = new Map();
  while (next.length) {
    const links = (await Promise.all(next.splice(0, ASKED_AT_ONCE).map((address) => ask(reader, address)))).flat();
    for (const href of links) {
      const kind = kindOf(href.split('?')[0]);
      if (!kind || reader.asked.has(href) || next.includes(href)) continue;
      const of = (count.get(kind.path) ?? 0) + 1;
      count.set(kind.path, of);
      if (of <= FOLLOWED_OF_A_KIND) next.push(href);
    }
  }
}

/** What no link led this reader to, tried with the ids somebody saw. */
async function tryIds(reader, ids) {
  for (const kind of KINDS.filter((k) => !reader.found.has(k.path))) {
    const first = kind.path.split('/')[1];
    const like = ids.filter(({ at }) => at.has(first)).map(({ id }) => id);
    const addresses = kind.holes === 0 ? [kind.path] : like.slice(0, TRIED_OF_A_KIND).map((id) => kind.path.replace(/\{(id|party|hash)\}/, id).replace('{number}', '1').replace('{name}', id));
    for (const address of addresses.filter((a) => !a.includes('{'))) {
      await ask(reader, address);
      if (reader.found.has(kind.path)) break;
    }
  }
}

/** Which ids stand in addresses of which kind: those seen there, and what else such an id names. */
function known(readers) {
  const places = { pers: ['customers', 'freezes'], acct: ['accounts'], inst: ['payments', 'guard'], firm: ['firms', 'freezes'], psht: ['wages'] };
  const all = new Map();
  for (const reader of readers) {
    for (const address of reader.asked) {
      const [, first, ...rest] = address.split('?')[0].split('/');
      for (const id of rest.join('/').match(ID) ?? []) all.set(id, (all.get(id) ?? new Set()).add(first));
    }
    for (const id of reader.ids) {
      const at = all.get(id) ?? new Set();
      for (const place of places[id.split('_')[0]] ?? []) at.add(place);
      all.set(id, at);
    }
  }
  return [...all].map(([id, at]) => ({ id, at }));
}

/** Everybody signed in, and for each what he can open: kind of page → an address. */
export async function rounds(browser, bank, readers = READERS) {
  const all = [];
  for (const reader of readers) {
    const entered = await enter(browser, bank, reader);
    await follow(entered);
    all.push(entered);
  }
  const ids = known(all);
  for (const reader of all) {
    await identify(reader);
    await tryIds(reader, ids);
  }
  const reached = new Set([...all.flatMap((reader) => [...reader.found.keys()]), ...parts, ...leading]);
  return { readers: all, reached, unreached: PATHS.filter((path) => !reached.has(path)) };
}

/** One reader of each mode for each kind of page: a covering of page × mode. */
export function pairs(readers) {
  const found = new Map();
  for (const reader of readers) {
    for (const [path, addresses] of reader.found) {
      const key = `${path} ${reader.mode}`;
      if (!found.has(key)) found.set(key, { path, mode: reader.mode, reader, address: addresses[0] });
    }
  }
  assert.ok(found.size > 60, `only ${found.size} pages were found`);
  return [...found.values()];
}
