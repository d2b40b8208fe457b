/**
 * The parts of the Analytics Data API's messages that this room sends and reads
 * (https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/properties/runReport).
 *
 * Owns: types only. Google leaves out empty lists and zeroes, so nearly everything in an answer may be absent.
 */

export interface ReportRequest {
  dimensions?: { name: string }[];
  metrics?: { name: string; invisible?: boolean }[];
  dateRanges: { startDate: string; endDate: string; name?: string }[];
  dimensionFilter?: FilterExpression;
  metricFilter?: FilterExpression;
  /** int64 travels as text. */
  offset?: string;
  limit?: string;
  metricAggregations?: ('TOTAL' | 'MINIMUM' | 'MAXIMUM' | 'COUNT')[];
  orderBys?: OrderBy[];
  currencyCode?: string;
  keepEmptyRows?: boolean;
  returnPropertyQuota?: boolean;
}

export type OrderBy =
  | { desc: boolean; metric: { metricName: string } }
  | { desc: boolean; dimension: { dimensionName: string } };

export type FilterExpression =
  | { andGroup: { expressions: FilterExpression[] } }
  | { orGroup: { expressions: FilterExpression[] } }
  | { notExpression: FilterExpression }
  | { filter: Filter };

export type NumericValue = { int64Value: string } | { doubleValue: number };

export type NumericOperation = 'EQUAL' | 'LESS_THAN' | 'LESS_THAN_OR_EQUAL' | 'GREATER_THAN' | 'GREATER_THAN_OR_EQUAL';

export type MatchType = 'EXACT' | 'BEGINS_WITH' | 'ENDS_WITH' | 'CONTAINS' | 'FULL_REGEXP' | 'PARTIAL_REGEXP';

export type Filter = { fieldName: string } & (
  | { stringFilter: { matchType: MatchType; value: string; caseSensitive?: boolean } }
  | { inListFilter: { values: string[]; caseSensitive?: boolean } }
  | { numericFilter: { operation: NumericOperation; value: NumericValue } }
  | { betweenFilter: { fromValue: NumericValue; toValue: NumericValue } }
  | { emptyFilter: Record<string, never> }
);

export interface ReportRow {
  dimensionValues?: { value?: string }[];
  metricValues?: { value?: string }[];
}

export interface ReportAnswer {
  dimensionHeaders?: { name?: string }[];
  metricHeaders?: { name?: string; type?: string }[];
  rows?: ReportRow[];
  totals?: ReportRow[];
  rowCount?: number;
  metadata?: ReportMetadata;
  propertyQuota?: PropertyQuota;
}

export interface ReportMetadata {
  dataLossFromOtherRow?: boolean;
  samplingMetadatas?: { samplesReadCount?: string; samplingSpaceSize?: string }[];
  subjectToThresholding?: boolean;
  emptyReason?: string;
  schemaRestrictionResponse?: {
    activeMetricRestrictions?: { metricName?: string; restrictedMetricTypes?: string[] }[];
  };
  currencyCode?: string;
  timeZone?: string;
  dataTruncationReasons?: {
    dataTruncationType?: string;
    dataTruncationDate?: unknown;
    dataTruncationDateRanges?: { startDate?: string; endDate?: string }[];
  }[];
}

export interface PropertyQuota {
  tokensPerDay?: QuotaStatus;
  tokensPerHour?: QuotaStatus;
  tokensPerProjectPerHour?: QuotaStatus;
}

export interface QuotaStatus {
  consumed?: number;
  remaining?: number;
}

/** GET …/metadata: every field of one property, its own included. */
export interface MetadataAnswer {
  dimensions?: { apiName?: string; uiName?: string; description?: string; customDefinition?: boolean }[];
  metrics?: { apiName?: string; uiName?: string; description?: string; customDefinition?: boolean; type?: string }[];
}
