/**
 * What visitors of the sandbox's sites browse with.
 *
 * Owns: devices and their shares; desktop, mobile and tablet add up to the published session shares of the Google Merchandise
 * Store sample. Does not own: how well each converts (sites.ts).
 */

export interface Device {
  category: 'desktop' | 'mobile' | 'tablet' | 'smart tv';
  browser: string;
  os: string;
  osVersion: string;
  brand: string;
  model: string;
  marketingName: string;
  screen: string;
  weight: number;
}

type Line = readonly [
  browser: string,
  os: string,
  osVersion: string,
  brand: string,
  model: string,
  marketingName: string,
  screen: string,
  weight: number,
];

const notSet = '(not set)';

/** Sessions per category in the sample; the fourth stands for the few that Google sees everywhere. */
const categories: readonly (readonly [Device['category'], number, readonly Line[]])[] = [
  [
    'desktop',
    208_942,
    [
      ['Chrome', 'Windows', '10', notSet, notSet, notSet, '1920x1080', 34],
      ['Chrome', 'Macintosh', 'Intel 10.15', 'Apple', notSet, notSet, '1440x900', 28],
      ['Safari', 'Macintosh', 'Intel 10.15', 'Apple', notSet, notSet, '1512x982', 13],
      ['Edge', 'Windows', '11', 'Microsoft', notSet, notSet, '1536x864', 9],
      ['Firefox', 'Windows', '10', notSet, notSet, notSet, '1366x768', 6],
      ['Chrome', 'Chrome OS', '14541', notSet, notSet, notSet, '1366x768', 5],
      ['Chrome', 'Linux', 'x86_64', notSet, notSet, notSet, '2560x1440', 4],
      ['Opera', 'Windows', '10', notSet, notSet, notSet, '1600x900', 1],
    ],
  ],
  [
    'mobile',
    143_185,
    [
      ['Safari', 'iOS', '18.6', 'Apple', 'iPhone', 'iPhone', '390x844', 47],
      ['Chrome', 'Android', '14', 'Samsung', 'SM-S911B', 'Galaxy S23', '360x780', 17],
      ['Chrome', 'Android', '15', 'Google', 'Pixel 8', 'Pixel 8', '412x915', 15],
      ['Chrome', 'Android', '13', 'Xiaomi', '2201117TG', 'Redmi Note 11', '393x873', 9],
      ['Samsung Internet', 'Android', '14', 'Samsung', 'SM-A546B', 'Galaxy A54 5G', '384x854', 7],
      ['Safari (in-app)', 'iOS', '18.5', 'Apple', 'iPhone', 'iPhone', '430x932', 5],
    ],
  ],
  [
    'tablet',
    8_002,
    [
      ['Safari', 'iOS', '18.6', 'Apple', 'iPad', 'iPad', '820x1180', 70],
      ['Chrome', 'Android', '13', 'Samsung', 'SM-X200', 'Galaxy Tab A8', '800x1280', 30],
    ],
  ],
  ['smart tv', 120, [['Chrome', 'Tizen', '6.5', 'Samsung', notSet, notSet, '1920x1080', 1]]],
];

export const devices: readonly Device[] = categories.flatMap(([category, sessions, lines]) => {
  const total = lines.reduce((sum, line) => sum + line[7], 0);
  return lines.map(([browser, os, osVersion, brand, model, marketingName, screen, weight]) => ({
    category,
    browser,
    os,
    osVersion,
    brand,
    model,
    marketingName,
    screen,
    weight: (sessions * weight) / total,
  }));
});
