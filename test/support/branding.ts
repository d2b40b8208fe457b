/**
 * Google's branding rules for the sign-in button, measured in a real browser by computed style and by what is painted
 * (developers.google.com/identity/branding-guidelines).
 *
 * Owns: the check list, in light and dark. Does not own: the browser, nor how the page under test is reached; it knows
 * nothing of our markup but that one button says `decision=allow`.
 */
import type { Locator, Page } from 'playwright-core';

interface ButtonMeasure {
  text: string;
  /** A submit button of a POST form: nothing but a person's click sends it. */
  isSubmit: boolean;
  height: number;
  padding: { left: number; right: number };
  /** Between the G's right edge and the first letter's box. */
  gap: number;
  radius: number;
  background: string;
  backgroundImage: string;
  stroke: string;
  strokeWidth: number;
  color: string;
  font: { family: string; size: string; lineHeight: string; weight: string; isLoaded: boolean };
  mark: { width: number; height: number; isPainted: boolean; effects: string[] };
  isVisible: boolean;
  /** Backgrounds between the button and the page, where they are not the page's own. */
  boxes: string[];
  /** Whatever could navigate without a click. */
  automatic: string[];
}

type Theme = 'light' | 'dark';

const TEXTS = ['Sign in with Google', 'Sign up with Google', 'Continue with Google'];

const COLOURS = {
  light: { background: 'rgb(255, 255, 255)', stroke: 'rgb(116, 119, 117)', color: 'rgb(31, 31, 31)' },
  dark: { background: 'rgb(19, 19, 20)', stroke: 'rgb(142, 145, 143)', color: 'rgb(227, 227, 227)' },
} as const;

/** Every way in which the page's Google button breaks the rules, in light and dark; none is good. */
export async function checkGoogleButton(page: Page): Promise<string[]> {
  const violations: string[] = [];
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    violations.push(...judgeGoogleButton(await measureGoogleButton(page), theme).map((each) => `${theme}: ${each}`));
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  return violations;
}

function judgeGoogleButton(button: ButtonMeasure | number, theme: Theme): string[] {
  if (typeof button === 'number') return [`one Google button wanted, ${button} found`];
  const colours = COLOURS[theme];
  const rules: [name: string, got: unknown, wanted: unknown][] = [
    ['visible', button.isVisible, true],
    ['submit button of a POST form', button.isSubmit, true],
    ['height', button.height, 40],
    ['padding left of the G', button.padding.left, 12],
    ['gap between G and words', button.gap, 10],
    ['padding right of the words', button.padding.right, 12],
    ['fill', button.background, colours.background],
    ['fill picture', button.backgroundImage, 'none'],
    ['stroke', button.stroke, colours.stroke],
    ['stroke width', button.strokeWidth, 1],
    ['text colour', button.color, colours.color],
    ['font size', button.font.size, '14px'],
    ['line height', button.font.lineHeight, '20px'],
    ['font weight', button.font.weight, '500'],
    ['Google Sans loaded', button.font.isLoaded, true],
    ['G width', button.mark.width, 20],
    ['G height', button.mark.height, 20],
    ['G painted', button.mark.isPainted, true],
    ['effects on the G', button.mark.effects.join(', '), ''],
    ['coloured boxes around', button.boxes.join(', '), ''],
    ['navigation without a click', button.automatic.join(', '), ''],
  ];
  const violations = rules
    .filter(([, got, wanted]) => got !== wanted)
    .map(([name, got, wanted]) => `${name}: ${got}, wanted ${wanted}`);
  if (!TEXTS.includes(button.text)) violations.push(`text: "${button.text}" is not among Google's`);
  if (!/^["']?Google Sans["']?(,|$)/.test(button.font.family)) violations.push(`font family: ${button.font.family}`);
  if (button.radius !== 4 && button.radius !== 20) violations.push(`radius: ${button.radius}, wanted 4 or 20`);
  return violations;
}

async function measureGoogleButton(page: Page): Promise<ButtonMeasure | number> {
  const found = page.locator('[name="decision"][value="allow"]');
  const count = await found.count();
  if (count !== 1) return count;
  return {
    ...(await measureLook(found)),
    font: await measureFont(found),
    mark: { ...(await measureMark(found)), effects: await listEffects(found) },
    boxes: await listBoxes(found),
    automatic: await listAutomatic(page),
    isVisible: await found.isVisible(),
  };
}

// What stands in `evaluate` below runs inside the page: in one piece, with nothing from this file.

function measureLook(
  found: Locator,
): Promise<Omit<ButtonMeasure, 'font' | 'mark' | 'boxes' | 'automatic' | 'isVisible'>> {
  return found.evaluate((button) => {
    const document = button.ownerDocument;
    const look = document.defaultView.getComputedStyle(button);
    const words = document.createRange();
    words.selectNodeContents(button.querySelector('span') ?? button);
    const markRight = button.querySelector('img, svg')?.getBoundingClientRect().right ?? 0;
    return {
      text: button.textContent.trim(),
      isSubmit: button.localName === 'button' && button.type === 'submit' && button.form?.method === 'post',
      height: button.getBoundingClientRect().height,
      padding: { left: Number.parseFloat(look.paddingLeft), right: Number.parseFloat(look.paddingRight) },
      gap: Math.round((words.getBoundingClientRect().left - markRight) * 10) / 10,
      radius: Number.parseFloat(look.borderTopLeftRadius),
      background: look.backgroundColor,
      backgroundImage: look.backgroundImage,
      stroke: look.borderTopColor,
      strokeWidth: look.borderTopStyle === 'solid' ? Number.parseFloat(look.borderTopWidth) : 0,
      color: look.color,
    };
  });
}

function measureFont(found: Locator): Promise<ButtonMeasure['font']> {
  return found.evaluate(async (button) => {
    const document = button.ownerDocument;
    const look = document.defaultView.getComputedStyle(button);
    const faces: { status: string }[] = await document.fonts.load('500 14px "Google Sans"', button.textContent);
    return {
      family: look.fontFamily,
      size: look.fontSize,
      lineHeight: look.lineHeight,
      weight: look.fontWeight,
      isLoaded: faces.length > 0 && faces.every((face) => face.status === 'loaded'),
    };
  });
}

function measureMark(found: Locator): Promise<Omit<ButtonMeasure['mark'], 'effects'>> {
  return found.evaluate((button) => {
    const mark = button.querySelector('img, svg');
    if (mark === null) return { width: 0, height: 0, isPainted: false };
    const { width, height } = mark.getBoundingClientRect();
    // An image that failed to load has a box, but nothing in it.
    return { width, height, isPainted: mark.localName === 'svg' || (mark.complete && mark.naturalWidth > 0) };
  });
}

/** What would change the colours or the shape of the G, on it or on anything that it stands in. */
function listEffects(found: Locator): Promise<string[]> {
  return found.evaluate((button) => {
    const usual = {
      filter: 'none',
      opacity: '1',
      mixBlendMode: 'normal',
      maskImage: 'none',
      clipPath: 'none',
      transform: 'none',
    };
    const effects: string[] = [];
    for (let each = button.querySelector('img, svg'); each; each = each.parentElement) {
      const look = each.ownerDocument.defaultView.getComputedStyle(each);
      for (const [name, value] of Object.entries(usual)) {
        if (look[name] !== value) effects.push(`${name} ${look[name]} on ${each.localName}`);
      }
    }
    return effects;
  });
}

function listBoxes(found: Locator): Promise<string[]> {
  return found.evaluate((button) => {
    const { body, defaultView } = button.ownerDocument;
    const paper = defaultView.getComputedStyle(body).backgroundColor;
    const boxes: string[] = [];
    for (let each = button.parentElement; each && each !== body; each = each.parentElement) {
      const { backgroundColor, backgroundImage } = defaultView.getComputedStyle(each);
      const isOwn = backgroundColor === 'rgba(0, 0, 0, 0)' || backgroundColor === paper;
      if (!isOwn || backgroundImage !== 'none') boxes.push(`${each.localName} ${backgroundColor} ${backgroundImage}`);
    }
    return boxes;
  });
}

function listAutomatic(page: Page): Promise<string[]> {
  return page
    .locator('meta[http-equiv="refresh" i], script')
    .evaluateAll((found) => found.map((each) => each.outerHTML));
}
