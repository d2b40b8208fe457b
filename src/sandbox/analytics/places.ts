/**
 * Where visitors of the sandbox's sites come from, with Google's names (no accents in regions and cities) and weights.
 *
 * Owns: geography and languages. The shop's country weights are the published session shares of the Google Merchandise Store
 * sample. Does not own: who visits (seed.ts).
 */

export interface Place {
  country: string;
  countryId: string;
  continent: string;
  subContinent: string;
  region: string;
  city: string;
  cityId: string;
  language: string;
  languageCode: string;
  /** Share inside the country. */
  weight: number;
}

type City = readonly [city: string, region: string, cityId: string, weight: number];
interface Country {
  name: string;
  id: string;
  continent: string;
  subContinent: string;
  language: readonly [string, string];
  cities: readonly City[];
}

const notSet = '(not set)';

const countries: readonly Country[] = [
  {
    name: 'United States',
    id: 'US',
    continent: 'Americas',
    subContinent: 'Northern America',
    language: ['English', 'en-us'],
    cities: [
      ['New York', 'New York', '1023191', 15],
      ['Mountain View', 'California', '1014044', 11],
      ['San Francisco', 'California', '1014221', 10],
      ['Los Angeles', 'California', '1013962', 9],
      ['Chicago', 'Illinois', '1016367', 7],
      ['Seattle', 'Washington', '1027744', 7],
      ['Austin', 'Texas', '1026201', 6],
      ['Boston', 'Massachusetts', '1018127', 6],
      ['Atlanta', 'Georgia', '1015254', 5],
      ['Denver', 'Colorado', '1014524', 4],
      ['Houston', 'Texas', '1026481', 4],
      ['Ann Arbor', 'Michigan', '1018991', 3],
      [notSet, notSet, '', 13],
    ],
  },
  {
    name: 'India',
    id: 'IN',
    continent: 'Asia',
    subContinent: 'Southern Asia',
    language: ['English', 'en-in'],
    cities: [
      ['Bengaluru', 'Karnataka', '1007768', 26],
      ['Mumbai', 'Maharashtra', '1007785', 18],
      ['Hyderabad', 'Telangana', '1007740', 15],
      ['Chennai', 'Tamil Nadu', '1007809', 13],
      ['New Delhi', 'Delhi', '1007751', 13],
      [notSet, notSet, '', 15],
    ],
  },
  {
    name: 'Canada',
    id: 'CA',
    continent: 'Americas',
    subContinent: 'Northern America',
    language: ['English', 'en-ca'],
    cities: [
      ['Toronto', 'Ontario', '1002451', 38],
      ['Montreal', 'Quebec', '1002604', 20],
      ['Vancouver', 'British Columbia', '1001970', 18],
      ['Calgary', 'Alberta', '1001801', 11],
      [notSet, notSet, '', 13],
    ],
  },
  {
    name: 'United Kingdom',
    id: 'GB',
    continent: 'Europe',
    subContinent: 'Northern Europe',
    language: ['English', 'en-gb'],
    cities: [
      ['London', 'England', '1006886', 55],
      ['Manchester', 'England', '1006912', 12],
      ['Bristol', 'England', '1006567', 9],
      ['Edinburgh', 'Scotland', '1006754', 8],
      ['Cardiff', 'Wales', '1006630', 4],
      [notSet, notSet, '', 12],
    ],
  },
  {
    name: 'France',
    id: 'FR',
    continent: 'Europe',
    subContinent: 'Western Europe',
    language: ['French', 'fr-fr'],
    cities: [
      ['Paris', 'Ile-de-France', '1006094', 62],
      ['Lyon', 'Auvergne-Rhone-Alpes', '1006410', 20],
      [notSet, notSet, '', 18],
    ],
  },
  {
    name: 'Spain',
    id: 'ES',
    continent: 'Europe',
    subContinent: 'Southern Europe',
    language: ['Spanish', 'es-es'],
    cities: [
      ['Madrid', 'Community of Madrid', '1005493', 55],
      ['Barcelona', 'Catalonia', '1005424', 30],
      [notSet, notSet, '', 15],
    ],
  },
  {
    name: 'China',
    id: 'CN',
    continent: 'Asia',
    subContinent: 'Eastern Asia',
    language: ['Chinese', 'zh-cn'],
    cities: [
      ['Beijing', 'Beijing', '1003334', 40],
      ['Shanghai', 'Shanghai', '1003401', 35],
      [notSet, notSet, '', 25],
    ],
  },
  {
    name: 'Japan',
    id: 'JP',
    continent: 'Asia',
    subContinent: 'Eastern Asia',
    language: ['Japanese', 'ja'],
    cities: [
      ['Tokyo', 'Tokyo', '1009310', 60],
      ['Osaka', 'Osaka', '1009537', 25],
      [notSet, notSet, '', 15],
    ],
  },
  {
    name: 'Germany',
    id: 'DE',
    continent: 'Europe',
    subContinent: 'Western Europe',
    language: ['German', 'de-de'],
    cities: [
      ['Berlin', 'Berlin', '1003854', 40],
      ['Munich', 'Bavaria', '1004234', 30],
      ['Karlsruhe', 'Baden-Wurttemberg', '1004030', 10],
      [notSet, notSet, '', 20],
    ],
  },
  {
    name: 'Taiwan',
    id: 'TW',
    continent: 'Asia',
    subContinent: 'Eastern Asia',
    language: ['Chinese', 'zh-tw'],
    cities: [
      ['Taipei City', 'Taipei City', '1012825', 80],
      [notSet, notSet, '', 20],
    ],
  },
  {
    name: 'Italy',
    id: 'IT',
    continent: 'Europe',
    subContinent: 'Southern Europe',
    language: ['Italian', 'it-it'],
    cities: [
      ['Milan', 'Lombardy', '1008463', 50],
      ['Rome', 'Lazio', '1008736', 35],
      [notSet, notSet, '', 15],
    ],
  },
  {
    name: 'Brazil',
    id: 'BR',
    continent: 'Americas',
    subContinent: 'South America',
    language: ['Portuguese', 'pt-br'],
    cities: [
      ['Sao Paulo', 'State of Sao Paulo', '1001773', 60],
      ['Rio de Janeiro', 'State of Rio de Janeiro', '1001655', 25],
      [notSet, notSet, '', 15],
    ],
  },
  {
    name: 'Singapore',
    id: 'SG',
    continent: 'Asia',
    subContinent: 'Southeast Asia',
    language: ['English', 'en-sg'],
    cities: [['Singapore', notSet, '1011723', 1]],
  },
  {
    name: 'South Korea',
    id: 'KR',
    continent: 'Asia',
    subContinent: 'Eastern Asia',
    language: ['Korean', 'ko-kr'],
    cities: [
      ['Seoul', 'Seoul', '1009871', 80],
      [notSet, notSet, '', 20],
    ],
  },
  {
    name: 'Australia',
    id: 'AU',
    continent: 'Oceania',
    subContinent: 'Australasia',
    language: ['English', 'en-au'],
    cities: [
      ['Sydney', 'New South Wales', '1000286', 55],
      ['Melbourne', 'Victoria', '1000567', 45],
    ],
  },
  {
    name: 'Netherlands',
    id: 'NL',
    continent: 'Europe',
    subContinent: 'Western Europe',
    language: ['Dutch', 'nl-nl'],
    cities: [
      ['Amsterdam', 'North Holland', '1010543', 75],
      [notSet, notSet, '', 25],
    ],
  },
  {
    name: 'Poland',
    id: 'PL',
    continent: 'Europe',
    subContinent: 'Eastern Europe',
    language: ['Polish', 'pl-pl'],
    cities: [
      ['Warsaw', 'Masovian Voivodeship', '1011615', 70],
      ['Krakow', 'Lesser Poland Voivodeship', '1011367', 30],
    ],
  },
  {
    name: 'Ireland',
    id: 'IE',
    continent: 'Europe',
    subContinent: 'Northern Europe',
    language: ['English', 'en-ie'],
    cities: [['Dublin', 'County Dublin', '1007850', 1]],
  },
  {
    name: 'Mexico',
    id: 'MX',
    continent: 'Americas',
    subContinent: 'Central America',
    language: ['Spanish', 'es-mx'],
    cities: [['Mexico City', 'Mexico City', '1010043', 1]],
  },
  {
    name: 'Turkiye',
    id: 'TR',
    continent: 'Asia',
    subContinent: 'Western Asia',
    language: ['Turkish', 'tr-tr'],
    cities: [['Istanbul', 'Istanbul', '1012782', 1]],
  },
  {
    name: "Côte d'Ivoire",
    id: 'CI',
    continent: 'Africa',
    subContinent: 'Western Africa',
    language: ['French', 'fr-ci'],
    cities: [['Abidjan', notSet, '1002994', 1]],
  },
  {
    name: notSet,
    id: notSet,
    continent: notSet,
    subContinent: notSet,
    language: ['English', 'en'],
    cities: [[notSet, notSet, '', 1]],
  },
];

/** Weight per country for sites whose visitors come from everywhere. */
export const worldwide: Readonly<Record<string, number>> = {
  US: 158_155,
  IN: 33_769,
  CA: 26_824,
  GB: 11_327,
  FR: 7_162,
  ES: 6_667,
  CN: 6_258,
  JP: 4_732,
  DE: 14_800,
  TW: 13_500,
  IT: 11_200,
  BR: 10_400,
  SG: 9_300,
  KR: 8_900,
  AU: 8_400,
  NL: 7_700,
  PL: 6_400,
  IE: 5_300,
  MX: 5_000,
  TR: 3_300,
  CI: 600,
  [notSet]: 435,
};

/** A town bakery's visitors. */
export const aroundLondon: Readonly<Record<string, number>> = { GB: 940, IE: 20, FR: 15, US: 20, [notSet]: 5 };

/** All places of the countries in `weights`, each with its share. */
export function placesOf(weights: Readonly<Record<string, number>>): Place[] {
  return countries.flatMap((country) => {
    const share = weights[country.id];
    if (share === undefined) return [];
    const total = country.cities.reduce((sum, city) => sum + city[3], 0);
    return country.cities.map(([city, region, cityId, weight]) => ({
      country: country.name,
      countryId: country.id,
      continent: country.continent,
      subContinent: country.subContinent,
      region,
      city,
      cityId: cityId || notSet,
      language: country.language[0],
      languageCode: country.language[1],
      weight: (share * weight) / total,
    }));
  });
}
