// Draws the icons of the installed site from the mark: node icons.mjs
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openBrowser } from './harness.mjs';

const assets = fileURLToPath(new URL('../../crates/web/assets/', import.meta.url));
const mark = await readFile(`${assets}mark.svg`, 'utf8');
const browser = await openBrowser();
for (const size of [192, 512]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${mark}`);
  await writeFile(`${assets}icon-${size}.png`, await page.screenshot({ omitBackground: true }));
}
await browser.close();
