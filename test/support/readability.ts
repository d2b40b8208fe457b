/**
 * What makes a page hard to read, measured in a real browser: text too faint for its background (WCAG 2.2, 1.4.3), content
 * wider than the window (1.4.10), things to press that are too small (2.5.8).
 *
 * Owns: the measuring. Does not own: which pages, themes and widths are looked at.
 */
import type { Page } from 'playwright-core';

// What stands in `evaluate` runs inside the page: in one piece, with nothing from this file.

/** Every piece of text below 4.5 : 1, with its ratio. Backgrounds are plain colours on our pages. */
export function findFaintText(page: Page): Promise<string[]> {
  return page.locator('body').evaluate((body) => {
    const { defaultView } = body.ownerDocument;
    const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (colour: string) => {
      const [r = 0, g = 0, b = 0] = channels(colour).map((each) => {
        const part = each / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const backgroundOf = (element: typeof body): string => {
      const colour = defaultView.getComputedStyle(element).backgroundColor;
      return channels(colour)[3] === 0 && element.parentElement ? backgroundOf(element.parentElement) : colour;
    };
    const faint: string[] = [];
    for (const element of body.querySelectorAll('*')) {
      const own = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim() !== '');
      if (own.length === 0 || element.getClientRects().length === 0) continue;
      const tones = [luminance(defaultView.getComputedStyle(element).color), luminance(backgroundOf(element))];
      const ratio = (Math.max(...tones) + 0.05) / (Math.min(...tones) + 0.05);
      if (ratio < 4.5)
        faint.push(`${element.localName} "${element.textContent.trim().slice(0, 40)}" ${ratio.toFixed(2)}`);
    }
    return faint;
  });
}

/** Every element that reaches beyond the window's right edge, or `[]` when nothing has to be scrolled sideways. */
export function findOverflow(page: Page): Promise<string[]> {
  return page.locator('html').evaluate((html) => {
    if (html.scrollWidth <= html.clientWidth) return [];
    const wide = [...html.querySelectorAll('body *')].filter(
      (each) => each.getBoundingClientRect().right > html.clientWidth + 0.5,
    );
    return wide
      .map((each) => `${each.localName}.${each.className}`)
      .concat(`${html.scrollWidth} > ${html.clientWidth}`);
  });
}

/** Every button lower or narrower than 24 pixels. Links in running text are exempt. */
export function findSmallTargets(page: Page): Promise<string[]> {
  return page.locator('button:visible, summary:visible, nav a:visible').evaluateAll((targets) =>
    targets
      .map((each) => ({ each, box: each.getBoundingClientRect() }))
      .filter(({ box }) => box.width < 24 || box.height < 24)
      .map(({ each, box }) => `${each.localName} "${each.textContent}" ${box.width} x ${box.height}`),
  );
}
