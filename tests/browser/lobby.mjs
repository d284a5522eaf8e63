// A machine in the lobby: a window becomes one, somebody shows his document and face, and every page is measured.
import assert from 'node:assert/strict';
import { at, send, sound, yizhan } from './demo.mjs';
import { axe, fitsWidth } from './harness.mjs';

const TARGET_PX = 72;
const TEXT_PX = 24;
const LOWER_PART = 0.55; // of the screen, for somebody who sits
export const SIZE = { width: 1080, height: 1920 };

const codes = (bank) => JSON.parse(yizhan('--json', 'demo', 'kiosk', '--data', bank.folder)).machines;

/** A window that is a machine of the branch. */
export async function enrol(bank, page, variant) {
  const { code } = codes(bank).find((machine) => machine.variant === variant);
  await page.goto('/kiosk/enrolment');
  await page.fill('[name=code]', code);
  await send(page);
  assert.equal(at(page), '/');
}

/** What everybody has to see and touch is large enough; on a low machine it also lies where a seated person reaches. */
export async function fitsHands(page) {
  const found = await page.evaluate(({ target, text, lower }) => {
    const shown = (box) => box.getClientRects().length && getComputedStyle(box).visibility !== 'hidden' && !box.closest('.skip, .aside');
    const name = (box) => `${box.localName}.${box.className} ${box.textContent.trim().slice(0, 20)}`;
    const touched = [...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary')].filter(shown);
    const inText = (box) => box.localName === 'a' && getComputedStyle(box).display === 'inline';
    const boxOf = (box) => (['radio', 'checkbox'].includes(box.type) ? box.closest('label, .choice') ?? box : box).getBoundingClientRect();
    const small = touched.filter((box) => !inText(box) && (boxOf(box).height < target - 0.5 || boxOf(box).width < target - 0.5));
    const words = [...document.querySelectorAll('body *')].filter((box) => shown(box) && [...box.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
    const tiny = words.filter((box) => parseFloat(getComputedStyle(box).fontSize) < text);
    const low = document.documentElement.dataset.variant === 'low';
    const high = low ? touched.filter((box) => box.getBoundingClientRect().top < innerHeight * (1 - lower)) : [];
    return { small: small.map(name), tiny: tiny.map(name), high: high.map(name) };
  }, { target: TARGET_PX, text: TEXT_PX, lower: LOWER_PART });
  assert.deepEqual(found, { small: [], tiny: [], high: [] }, page.url());
}

export async function looked(page, name) {
  await fitsHands(page);
  await sound(page, name);
}

/** Without scripts a page has to go by itself to the question whether somebody is there, which is what the rule forbids: the time is a
 * bank's to limit, it is said before, and it can be had again and doubled (WCAG 2.2.1). */
export async function plain(page) {
  await fitsHands(page);
  await axe(page, ['meta-refresh']);
  await fitsWidth(page);
}

/** Lays card `number` on the reader and looks into the camera. */
export async function identify(page, number) {
  await page.fill('[name=laid]', number);
  await send(page);
  assert.equal(at(page), '/kiosk/face');
  await send(page);
}
