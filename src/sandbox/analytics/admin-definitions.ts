/**
 * The custom dimensions and custom metrics of each property, as their owners registered them.
 *
 * Owns: the one list that the Admin API (admin.ts) prints and the Data API reports on, so the two never disagree about
 * `customEvent:…` and `customUser:…` names. Does not own: the values seen in reports.
 */

/** A custom dimension. Its API name in reports is `apiName`; archived ones are gone from reports and lists alike. */
export interface CustomDimension {
  id: string;
  parameterName: string;
  displayName: string;
  description: string;
  scope: 'EVENT' | 'USER' | 'ITEM';
  apiName: string;
  disallowAdsPersonalization?: boolean;
}

/** A custom metric; always event-scoped, as in Google Analytics. Its API name in reports is `apiName`. */
export interface CustomMetric {
  id: string;
  parameterName: string;
  displayName: string;
  description: string;
  measurementUnit: 'STANDARD' | 'CURRENCY' | 'FEET' | 'METERS' | 'MILLISECONDS' | 'SECONDS' | 'MINUTES' | 'HOURS';
  scope: 'EVENT';
  apiName: string;
  /** Required by Google for CURRENCY metrics, forbidden otherwise. */
  restrictedMetricType?: readonly ('COST_DATA' | 'REVENUE_DATA')[];
}

export interface Definitions {
  dimensions: readonly CustomDimension[];
  metrics: readonly CustomMetric[];
}

const store: Definitions = {
  dimensions: [
    {
      id: '9030211001',
      parameterName: 'content_group',
      displayName: 'Content group',
      description: 'Which part of the shop a page belongs to.',
      scope: 'EVENT',
      apiName: 'customEvent:content_group',
    },
    {
      id: '9030211002',
      parameterName: 'payment_type',
      displayName: 'Payment type',
      description: 'How an order was paid: card, wallet, invoice.',
      scope: 'EVENT',
      apiName: 'customEvent:payment_type',
    },
    {
      id: '9030211003',
      parameterName: 'loyalty_tier',
      displayName: 'Loyalty tier',
      description: 'Tier in the loyalty programme when the session began.',
      scope: 'USER',
      apiName: 'customUser:loyalty_tier',
      disallowAdsPersonalization: true,
    },
    {
      id: '9030211004',
      parameterName: 'item_colour',
      displayName: 'Item colour',
      description: 'Colour of the variant that was looked at or bought.',
      scope: 'ITEM',
      apiName: 'customItem:item_colour',
    },
  ],
  metrics: [
    {
      id: '9030212001',
      parameterName: 'checkout_seconds',
      displayName: 'Checkout duration',
      description: 'Seconds from opening the cart to the order confirmation.',
      measurementUnit: 'SECONDS',
      scope: 'EVENT',
      apiName: 'customEvent:checkout_seconds',
    },
    {
      id: '9030212002',
      parameterName: 'gift_card_amount',
      displayName: 'Gift card amount',
      description: 'Part of an order that was paid with a gift card.',
      measurementUnit: 'CURRENCY',
      scope: 'EVENT',
      apiName: 'customEvent:gift_card_amount',
      restrictedMetricType: ['REVENUE_DATA'],
    },
    {
      id: '9030212003',
      parameterName: 'items_compared',
      displayName: 'Items compared',
      description: 'How many items lay side by side in the comparison view.',
      measurementUnit: 'STANDARD',
      scope: 'EVENT',
      apiName: 'customEvent:items_compared',
    },
  ],
};

const blog: Definitions = {
  dimensions: [
    {
      id: '9030221001',
      parameterName: 'author',
      displayName: 'Author',
      description: 'Who wrote the article.',
      scope: 'EVENT',
      apiName: 'customEvent:author',
    },
  ],
  metrics: [],
};

const bakery: Definitions = {
  dimensions: [
    {
      id: '9030231001',
      parameterName: 'collection_point',
      displayName: 'Collection point',
      description: 'Shop in which an order is collected.',
      scope: 'EVENT',
      apiName: 'customEvent:collection_point',
    },
  ],
  metrics: [],
};

const byProperty: Readonly<Record<string, Definitions>> = {
  '213025502': store,
  '331207644': blog,
  '402118977': bakery,
};

const none: Definitions = { dimensions: [], metrics: [] };

/** What is registered at a property, in the order of registration; empty for a property that has nothing. */
export function definitionsOf(propertyId: string): Definitions {
  return byProperty[propertyId] ?? none;
}
