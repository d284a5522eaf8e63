// Makes the pictures of docs/design.md from the gallery of a running binary: YIZHAN_BIN=… node tests/browser/pictures.mjs
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openDemo } from './demo.mjs';

const FOLDER = new URL('../../docs/pictures/', import.meta.url);
const ALL_BYTES_MAX = 400_000;
const SIDE_BY_SIDE = (left, right) => `<!doctype html><style>body{margin:0;display:flex;gap:24px;padding:16px;background:#c9d6d8}img{width:375px;box-shadow:0 2px 12px #0004}</style><img src="${left}"><img src="${right}">`;

const { bank, browser, close } = await openDemo();
let bytes = 0;

async function shot(address, { width = 375, height = 720, scheme = 'light', at } = {}) {
  const page = await browser.newPage({ viewport: { width, height }, locale: 'zh-CN', colorScheme: scheme, baseURL: bank.url });
  await page.goto(address);
  const picture = at ? await page.locator(at).screenshot() : await page.screenshot();
  await page.close();
  return picture;
}

function keep(name, picture) {
  const path = fileURLToPath(new URL(`${name}.png`, FOLDER));
  writeFileSync(path, picture);
  bytes += statSync(path).size;
}

async function beside(left, right) {
  const page = await browser.newPage({ viewport: { width: 806, height: 752 } });
  const data = (picture) => `data:image/png;base64,${picture.toString('base64')}`;
  await page.setContent(SIDE_BY_SIDE(data(left), data(right)));
  const picture = await page.screenshot();
  await page.close();
  return picture;
}

mkdirSync(FOLDER, { recursive: true });
const of = (screen, mode) => shot(`/design/screens/${screen}?mode=${mode}&lang=zh`);
keep('home', await beside(await of('home', 'customer'), await of('home', 'elder')));
keep('check', await beside(await of('check', 'customer'), await of('check', 'elder')));
keep('figures', await beside(await shot('/design/heat?lang=zh', { at: 'main' }), await shot('/design/gauge?lang=zh', { at: 'main' })));
keep('desk', await shot('/design/screens/desk?mode=agent&lang=zh', { width: 1100, height: 640, scheme: 'dark' }));
await close();
if (bytes > ALL_BYTES_MAX) throw new Error(`the pictures weigh ${bytes} bytes, ${ALL_BYTES_MAX} at most`);
console.log(`${bytes} bytes`);
