// What a screen is held to, measured in the page itself: sizes of text and targets by mode, contrast out of the computed
// styles, nothing cut off or lying over something else, one heading, the language told, a focus that can be seen and
// follows the document, and what axe knows. Every check answers lines of text; none means that all is well.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const AAA = ['wcag2aaa', 'wcag21aaa', 'wcag22aaa', 'best-practice'];
const SHOWN_MAX = 6;

/** What each mode promises: px of text, px of hints, px of a target's sides, contrast of text. */
export const PROMISES = {
  customer: { text: 13, hint: 13, target: 44, contrast: 4.5 },
  elder: { text: 18, hint: 18, target: 60, contrast: 7 },
  kiosk: { text: 24, hint: 20, target: 72, contrast: 7 },
  agent: { text: 12, hint: 12, target: 24, contrast: 4.5 },
  manager: { text: 12, hint: 12, target: 24, contrast: 4.5 },
};

const EXCEPTIONS = fileURLToPath(new URL('./aaa-exceptions.json', import.meta.url));

/** The written exceptions to AAA; `met` counts how often each was needed. */
export class Exceptions {
  constructor() {
    const { count, exceptions } = JSON.parse(readFileSync(EXCEPTIONS, 'utf8'));
    this.count = count;
    this.list = exceptions.map((one) => ({ ...one, met: 0 }));
  }

  covers(rule, at) {
    const found = this.list.find((one) => one.rule === rule && at.includes(one.selector));
    if (found) found.met += 1;
    return Boolean(found);
  }

  /** Lines for what the file gets wrong: another number than it says, exceptions nothing needs any more. */
  faults() {
    const idle = this.list.filter((one) => one.met === 0).map((one) => `no page needs the exception ${one.rule} ${one.selector}: take it out`);
    const wrong = this.list.length === this.count ? [] : [`the file says ${this.count} exceptions and has ${this.list.length}`];
    return [...wrong, ...idle];
  }
}

/** axe at A and AA without exception, and at AAA with the written ones. */
export async function accessible(page, exceptions) {
  await page.evaluate(AXE);
  const found = await page.evaluate(
    ([tags, aa]) =>
      globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }).then(({ violations }) =>
        violations.map(({ id, help, tags: of, nodes }) => ({
          id,
          help,
          strict: of.some((tag) => aa.includes(tag)),
          nodes: nodes.map((node) => ({ at: node.target.join(' '), html: node.html.slice(0, 200), says: node.failureSummary.replaceAll(/\s*\n\s*/g, ' ') })),
        })),
      ),
    [[...AA, ...AAA], AA],
  );
  return found.flatMap(({ id, help, strict, nodes }) =>
    nodes
      .filter((node) => strict || !exceptions.covers(id, node.at))
      .slice(0, SHOWN_MAX)
      .map((node) => `axe ${strict ? 'AA' : 'AAA'} ${id}: ${help}: ${node.at} ${node.html} ${node.says}`),
  );
}

/** What is in the page, for any mode. Runs inside the browser: it may use nothing of this file. */
function look(promise) {
  const faults = [];
  const say = (what, element, more = '') => {
    const name = `${element.localName}${element.id ? `#${element.id}` : ''}${[...element.classList].slice(0, 3).map((c) => `.${c}`).join('')}`;
    const text = (element.textContent ?? '').trim().replaceAll(/\s+/g, ' ').slice(0, 40);
    faults.push(`${what}: ${name} “${text}” ${more}`);
  };
  const px = (value) => Math.round(value * 10) / 10;

  const styles = new Map();
  const style = (element) => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };
  const hiddenFor = new Map();
  // Not drawn, or drawn for screen readers only.
  const hidden = (element) => {
    if (!element || element === document.documentElement) return false;
    if (!hiddenFor.has(element)) {
      const s = style(element);
      const away = s.display === 'none' || s.visibility === 'hidden' || s.opacity === '0' || (s.position === 'absolute' && s.clipPath !== 'none');
      hiddenFor.set(element, away || (element.localName === 'dialog' && !element.open) || hidden(element.parentElement));
    }
    return hiddenFor.get(element);
  };
  // Inside a disclosure that is closed, but not in what opens it.
  const folded = (element) => {
    for (let box = element.closest('details:not([open])'); box; box = box.parentElement?.closest('details:not([open])')) {
      if (![...box.children].some((child) => child.localName === 'summary' && child.contains(element))) return true;
    }
    return false;
  };
  const scrolls = (element) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      if (['auto', 'scroll'].includes(style(box).overflowX)) return true;
    }
    return false;
  };

  // Text: every run of it with its box.
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || ['SCRIPT', 'STYLE', 'NOSCRIPT', 'OPTION', 'title', 'desc', 'TEXTAREA'].includes(element.tagName)) continue;
    if (hidden(element) || folded(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((b) => b.width > 1 && b.height > 1);
    if (boxes.length) texts.push({ element, boxes });
  }
  for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    if (!hidden(field)) texts.push({ element: field, boxes: [] });
  }

  const hint = (element) => element.closest('.hint, .chart-text, .chart-value, .footer, .viewer-role, .tile-hint, .nav-code, [data-hint]');
  const small = new Set();
  for (const { element } of texts) {
    const size = parseFloat(style(element).fontSize);
    const least = hint(element) ? promise.hint : promise.text;
    if (size < least - 0.05 && !small.has(element)) {
      small.add(element);
      say(`text of ${px(size)} px, ${least} at least`, element);
    }
  }

  // Contrast, from the colours as computed; a picture behind text is nobody's here.
  const colour = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
    return { r, g, b, a };
  };
  const over = (front, back) => ({
    r: front.r * front.a + back.r * (1 - front.a),
    g: front.g * front.a + back.g * (1 - front.a),
    b: front.b * front.a + back.b * (1 - front.a),
    a: 1,
  });
  const ground = (element) => {
    const layers = [];
    for (let box = element; box; box = box.parentElement) {
      const own = colour(style(box).backgroundColor);
      if (own.a > 0) layers.push(own);
      if (own.a === 1) break;
    }
    return layers.reverse().reduce((back, front) => over(front, back), { r: 255, g: 255, b: 255, a: 1 });
  };
  const light = ({ r, g, b }) => {
    const part = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const seen = new Set();
  for (const { element } of texts) {
    if (seen.has(element)) continue;
    seen.add(element);
    const svg = element instanceof SVGElement;
    const back = ground(element);
    const front = over(colour(svg ? style(element).fill : style(element).color), back);
    const [low, high] = [light(front), light(back)].sort((a, b) => a - b);
    const found = (high + 0.05) / (low + 0.05);
    if (found < promise.contrast - 0.01) say(`contrast of ${px(found)}:1, ${promise.contrast}:1 at least`, element);
  }

  // Targets: what a finger has to hit. A choice is hit on its label too.
  const targets = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')];
  for (const target of targets) {
    if (target.disabled || (hidden(target) && !target.matches('.choice-input'))) continue;
    if (folded(target)) continue;
    if (hidden(target.parentElement) || target.matches('.skip')) continue;
    const boxes = [target, ...(target.labels ?? [])].map((e) => e.getBoundingClientRect()).filter((b) => b.width > 0);
    if (!boxes.length) continue;
    const wide = Math.max(...boxes.map((b) => b.right)) - Math.min(...boxes.map((b) => b.left));
    const high = Math.max(...boxes.map((b) => b.height));
    if (wide < promise.target - 0.5 || high < promise.target - 0.5) {
      say(`target of ${px(wide)}×${px(high)} px, ${promise.target} at least`, target);
    }
  }

  // Nothing wider than its box, nothing cut off, nothing over something else.
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth > width) say(`the page is ${document.scrollingElement.scrollWidth} px wide in ${width}`, document.body);
  const owners = new Set(texts.map((t) => t.element));
  for (const element of owners) {
    if (element instanceof SVGElement || style(element).display.startsWith('inline') || scrolls(element)) continue;
    if (element.matches('input, select, textarea')) continue;
    if (element.scrollWidth > element.clientWidth + 1) say(`text is ${element.scrollWidth} px wide in a box of ${element.clientWidth}`, element);
  }
  for (const { element, boxes } of texts) {
    if (scrolls(element)) continue;
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      if (!['hidden', 'clip'].includes(style(box).overflowX) || box instanceof SVGElement) continue;
      const room = box.getBoundingClientRect();
      const cut = boxes.find((b) => b.left < room.left - 1.5 || b.right > room.right + 1.5 || b.top < room.top - 1.5 || b.bottom > room.bottom + 1.5);
      if (cut) say('text is cut off by its box', element);
    }
    const out = boxes.find((b) => b.left < -1 || b.right > width + 1);
    if (out) say(`text reaches from ${px(out.left)} to ${px(out.right)} px of ${width}`, element);
  }
  for (const { element, boxes } of texts) {
    const target = element.closest('a, button, label, summary');
    if (!target || style(target).display === 'inline' || scrolls(element) || hidden(target)) continue;
    const room = target.getBoundingClientRect();
    if (boxes.some((b) => b.left < room.left - 2 || b.right > room.right + 2)) say('text reaches out of what it names', element);
  }
  // Lines that a box scrolls away are nowhere, so they lie over nothing.
  const inSight = ({ element, b }) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      if (!['auto', 'scroll'].includes(style(box).overflowY)) continue;
      const room = box.getBoundingClientRect();
      if (b.top < room.top - 1 || b.bottom > room.bottom + 1) return false;
    }
    return true;
  };
  const runs = texts.flatMap(({ element, boxes }) => boxes.map((b) => ({ element, b }))).filter(inSight).sort((x, y) => x.b.top - y.b.top);
  const pinned = (element) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      if (['fixed', 'sticky'].includes(style(box).position)) return true;
    }
    return false;
  };
  const told = new Set();
  runs.forEach(({ element, b }, i) => {
    for (let j = i + 1; j < runs.length && runs[j].b.top < b.bottom - 3; j += 1) {
      const other = runs[j];
      const wide = Math.min(b.right, other.b.right) - Math.max(b.left, other.b.left);
      const high = Math.min(b.bottom, other.b.bottom) - other.b.top;
      if (wide < 3 || high < Math.min(b.height, other.b.height) * 0.35 || element.contains(other.element) || other.element.contains(element)) continue;
      if (told.has(element) || pinned(element) || pinned(other.element)) continue;
      told.add(element);
      say(`lies over “${other.element.textContent.trim().slice(0, 30)}” by ${px(wide)}×${px(high)} px`, element);
    }
  });

  // The document.
  const heads = [...document.querySelectorAll('h1')].filter((h) => !h.closest('dialog:not([open])'));
  if (heads.length !== 1) faults.push(`${heads.length} first headings`);
  if (document.title.trim().length < 3) faults.push(`the title is “${document.title}”`);
  for (const element of document.querySelectorAll('[tabindex]')) {
    if (element.tabIndex > 0) say(`tabindex ${element.tabIndex}`, element);
  }
  for (const element of document.querySelectorAll('body *')) {
    const s = style(element);
    if (s.order !== '0' || /reverse/.test(`${s.flexDirection} ${s.flexWrap}`)) say('is shown in another order than it is read', element);
  }
  return faults;
}

/** Sizes, contrast, overflow and the document, for the size the window has now. */
export async function measured(page, mode) {
  return page.evaluate(look, PROMISES[mode]);
}

/** Where the focus is can be seen at every stop, and nothing lies over it. */
export async function focusShown(page) {
  return page.evaluate(() => {
    const faults = [];
    const stops = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')];
    const drawn = (s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && !/^rgba\(.*, 0\)$/.test(s.outlineColor);
    for (const stop of stops) {
      if (stop.disabled || !stop.checkVisibility({ visibilityProperty: true })) continue;
      stop.focus({ focusVisible: true });
      if (document.activeElement !== stop) continue;
      const label = stop.nextElementSibling;
      const shown = drawn(getComputedStyle(stop)) || (label && drawn(getComputedStyle(label, '::before')));
      const name = `${stop.localName}.${stop.className} “${stop.textContent.trim().slice(0, 30)}”`;
      if (!shown) faults.push(`the focus is not to be seen on ${name}`);
      const { left, top, width, height } = stop.getBoundingClientRect();
      const x = Math.min(Math.max(left + width / 2, 1), innerWidth - 2);
      const y = Math.min(Math.max(top + Math.min(height, innerHeight) / 2, 1), innerHeight - 2);
      const there = document.elementFromPoint(x, y);
      const own = !there || stop.contains(there) || there.contains(stop) || [...(stop.labels ?? [])].some((l) => l.contains(there));
      if (!own) faults.push(`${there.localName}.${there.className} lies over the focus on ${name}`);
    }
    document.activeElement?.blur();
    return faults;
  });
}
