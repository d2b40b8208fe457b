/**
 * The Data API's request messages: which fields each has, for the JSON layer (transcode.ts) and for TypeScript.
 *
 * Owns: field names and kinds of the v1beta and v1alpha methods that the sandbox serves, after the public protos
 * (https://github.com/googleapis/googleapis/tree/master/google/analytics/data). Does not own: checks of meaning.
 */
import type { Field, Messages } from './transcode.ts';

export interface DateRangeMessage {
  startDate?: string;
  endDate?: string;
  name?: string;
}

export interface DimensionExpression {
  lowerCase?: { dimensionName?: string };
  upperCase?: { dimensionName?: string };
  concatenate?: { dimensionNames?: string[]; delimiter?: string };
}

export interface DimensionMessage {
  name?: string;
  dimensionExpression?: DimensionExpression;
}

export interface MetricMessage {
  name?: string;
  expression?: string;
  invisible?: boolean;
}

export interface NumericValue {
  int64Value?: number;
  doubleValue?: number;
}

export interface FilterConditions {
  stringFilter?: { matchType?: string; value?: string; caseSensitive?: boolean };
  inListFilter?: { values?: string[]; caseSensitive?: boolean };
  numericFilter?: { operation?: string; value?: NumericValue };
  betweenFilter?: { fromValue?: NumericValue; toValue?: NumericValue };
  emptyFilter?: Record<string, never>;
}

export interface FilterMessage extends FilterConditions {
  fieldName?: string;
}

export interface FilterExpression {
  andGroup?: { expressions?: FilterExpression[] };
  orGroup?: { expressions?: FilterExpression[] };
  notExpression?: FilterExpression;
  filter?: FilterMessage;
}

export interface OrderByMessage {
  metric?: { metricName?: string };
  dimension?: { dimensionName?: string; orderType?: string };
  pivot?: { metricName?: string; pivotSelections?: { dimensionName?: string; dimensionValue?: string }[] };
  desc?: boolean;
}

export interface CoreRequest {
  property?: string;
  dimensions?: DimensionMessage[];
  metrics?: MetricMessage[];
  dateRanges?: DateRangeMessage[];
  dimensionFilter?: FilterExpression;
  metricFilter?: FilterExpression;
  currencyCode?: string;
  cohortSpec?: unknown;
  comparisons?: unknown[];
  keepEmptyRows?: boolean;
  returnPropertyQuota?: boolean;
}

export interface RunReportRequest extends CoreRequest {
  offset?: number;
  limit?: number;
  metricAggregations?: string[];
  orderBys?: OrderByMessage[];
  conversionSpec?: { conversionActions?: string[]; attributionModel?: string };
}

export interface PivotMessage {
  fieldNames?: string[];
  orderBys?: OrderByMessage[];
  offset?: number;
  limit?: number;
  metricAggregations?: string[];
}

export interface RunPivotReportRequest extends CoreRequest {
  pivots?: PivotMessage[];
}

export interface RunRealtimeReportRequest {
  dimensions?: DimensionMessage[];
  metrics?: MetricMessage[];
  dimensionFilter?: FilterExpression;
  metricFilter?: FilterExpression;
  limit?: number;
  metricAggregations?: string[];
  orderBys?: OrderByMessage[];
  returnPropertyQuota?: boolean;
  minuteRanges?: { name?: string; startMinutesAgo?: number; endMinutesAgo?: number }[];
}

export interface CheckCompatibilityRequest {
  dimensions?: DimensionMessage[];
  metrics?: MetricMessage[];
  dimensionFilter?: FilterExpression;
  metricFilter?: FilterExpression;
  compatibilityFilter?: string;
}

export interface FunnelFilterExpression {
  andGroup?: { expressions?: FunnelFilterExpression[] };
  orGroup?: { expressions?: FunnelFilterExpression[] };
  notExpression?: FunnelFilterExpression;
  funnelFieldFilter?: FilterMessage;
  funnelEventFilter?: { eventName?: string; funnelParameterFilterExpression?: FunnelParameterExpression };
}

export interface FunnelParameterExpression {
  andGroup?: { expressions?: FunnelParameterExpression[] };
  orGroup?: { expressions?: FunnelParameterExpression[] };
  notExpression?: FunnelParameterExpression;
  funnelParameterFilter?: FilterConditions & { eventParameterName?: string; itemParameterName?: string };
}

export interface FunnelStepMessage {
  name?: string;
  isDirectlyFollowedBy?: boolean;
  withinDurationFromPriorStep?: string;
  filterExpression?: FunnelFilterExpression;
}

export interface RunFunnelReportRequest {
  dateRanges?: DateRangeMessage[];
  funnel?: { isOpenFunnel?: boolean; steps?: FunnelStepMessage[] };
  funnelBreakdown?: { breakdownDimension?: DimensionMessage; limit?: number };
  funnelNextAction?: { nextActionDimension?: DimensionMessage; limit?: number };
  funnelVisualizationType?: string;
  segments?: unknown[];
  limit?: number;
  dimensionFilter?: FilterExpression;
  returnPropertyQuota?: boolean;
}

const string: Field = { kind: 'string' };
const strings: Field = { kind: 'string', repeated: true };
const bool: Field = { kind: 'bool' };
const int32: Field = { kind: 'int32' };
const int64: Field = { kind: 'int64' };
const one = (message: string, oneof?: string): Field => ({
  kind: { message },
  ...(oneof === undefined ? {} : { oneof }),
});
const many = (message: string): Field => ({ kind: { message }, repeated: true });
const choice = (name: string, values: readonly string[], repeated = false): Field => ({
  kind: { enum: name, values },
  repeated,
});

const aggregations = choice(
  'MetricAggregation',
  ['METRIC_AGGREGATION_UNSPECIFIED', 'TOTAL', 'MINIMUM', 'MAXIMUM', 'COUNT'],
  true,
);

const core = {
  property: string,
  dimensions: many('Dimension'),
  metrics: many('Metric'),
  dateRanges: many('DateRange'),
  dimensionFilter: one('FilterExpression'),
  metricFilter: one('FilterExpression'),
  currencyCode: string,
  cohortSpec: one('CohortSpec'),
  comparisons: many('Comparison'),
  keepEmptyRows: bool,
  returnPropertyQuota: bool,
};

const runReport = { ...core, offset: int64, limit: int64, metricAggregations: aggregations, orderBys: many('OrderBy') };

const conditions = (oneof: string) => ({
  stringFilter: one('StringFilter', oneof),
  inListFilter: one('InListFilter', oneof),
  numericFilter: one('NumericFilter', oneof),
  betweenFilter: one('BetweenFilter', oneof),
  emptyFilter: one('EmptyFilter', oneof),
});

/** The parts that all methods' requests are made of. */
const common: Messages = {
  DateRange: { startDate: string, endDate: string, name: string },
  Dimension: { name: string, dimensionExpression: one('DimensionExpression') },
  DimensionExpression: {
    lowerCase: one('CaseExpression', 'one_expression'),
    upperCase: one('CaseExpression', 'one_expression'),
    concatenate: one('ConcatenateExpression', 'one_expression'),
  },
  CaseExpression: { dimensionName: string },
  ConcatenateExpression: { dimensionNames: strings, delimiter: string },
  Metric: { name: string, expression: string, invisible: bool },
  FilterExpression: {
    andGroup: one('FilterExpressionList', 'expr'),
    orGroup: one('FilterExpressionList', 'expr'),
    notExpression: one('FilterExpression', 'expr'),
    filter: one('Filter', 'expr'),
  },
  FilterExpressionList: { expressions: many('FilterExpression') },
  Filter: { fieldName: string, ...conditions('one_filter') },
  StringFilter: {
    matchType: choice('Filter.StringFilter.MatchType', [
      'MATCH_TYPE_UNSPECIFIED',
      'EXACT',
      'BEGINS_WITH',
      'ENDS_WITH',
      'CONTAINS',
      'FULL_REGEXP',
      'PARTIAL_REGEXP',
    ]),
    value: string,
    caseSensitive: bool,
  },
  InListFilter: { values: strings, caseSensitive: bool },
  NumericFilter: {
    operation: choice('Filter.NumericFilter.Operation', [
      'OPERATION_UNSPECIFIED',
      'EQUAL',
      'LESS_THAN',
      'LESS_THAN_OR_EQUAL',
      'GREATER_THAN',
      'GREATER_THAN_OR_EQUAL',
    ]),
    value: one('NumericValue'),
  },
  BetweenFilter: { fromValue: one('NumericValue'), toValue: one('NumericValue') },
  NumericValue: {
    int64Value: { kind: 'int64', oneof: 'one_value' },
    doubleValue: { kind: 'double', oneof: 'one_value' },
  },
  EmptyFilter: {},
  OrderBy: {
    metric: one('MetricOrderBy', 'one_order_by'),
    dimension: one('DimensionOrderBy', 'one_order_by'),
    pivot: one('PivotOrderBy', 'one_order_by'),
    desc: bool,
  },
  MetricOrderBy: { metricName: string },
  DimensionOrderBy: {
    dimensionName: string,
    orderType: choice('OrderBy.DimensionOrderBy.OrderType', [
      'ORDER_TYPE_UNSPECIFIED',
      'ALPHANUMERIC',
      'CASE_INSENSITIVE_ALPHANUMERIC',
      'NUMERIC',
    ]),
  },
  PivotOrderBy: { metricName: string, pivotSelections: many('PivotSelection') },
  PivotSelection: { dimensionName: string, dimensionValue: string },
  CohortSpec: {
    cohorts: many('Cohort'),
    cohortsRange: one('CohortsRange'),
    cohortReportSettings: one('CohortReportSettings'),
  },
  Cohort: { name: string, dimension: string, dateRange: one('DateRange') },
  CohortsRange: {
    granularity: choice('CohortsRange.Granularity', ['GRANULARITY_UNSPECIFIED', 'DAILY', 'WEEKLY', 'MONTHLY']),
    startOffset: int32,
    endOffset: int32,
  },
  CohortReportSettings: { accumulate: bool },
  Comparison: {
    name: string,
    dimensionFilter: one('FilterExpression', 'one_comparison'),
    comparison: { kind: 'string', oneof: 'one_comparison' },
  },
};

export const betaPackage = 'google.analytics.data.v1beta';
export const alphaPackage = 'google.analytics.data.v1alpha';

export const betaMessages: Messages = {
  ...common,
  RunReportRequest: runReport,
  BatchRunReportsRequest: { property: string, requests: many('RunReportRequest') },
  RunPivotReportRequest: { ...core, pivots: many('Pivot') },
  BatchRunPivotReportsRequest: { property: string, requests: many('RunPivotReportRequest') },
  Pivot: {
    fieldNames: strings,
    orderBys: many('OrderBy'),
    offset: int64,
    limit: int64,
    metricAggregations: aggregations,
  },
  RunRealtimeReportRequest: {
    property: string,
    dimensions: many('Dimension'),
    metrics: many('Metric'),
    dimensionFilter: one('FilterExpression'),
    metricFilter: one('FilterExpression'),
    limit: int64,
    metricAggregations: aggregations,
    orderBys: many('OrderBy'),
    returnPropertyQuota: bool,
    minuteRanges: many('MinuteRange'),
  },
  MinuteRange: { startMinutesAgo: int32, endMinutesAgo: int32, name: string },
  CheckCompatibilityRequest: {
    property: string,
    dimensions: many('Dimension'),
    metrics: many('Metric'),
    dimensionFilter: one('FilterExpression'),
    metricFilter: one('FilterExpression'),
    compatibilityFilter: choice('Compatibility', ['COMPATIBILITY_UNSPECIFIED', 'COMPATIBLE', 'INCOMPATIBLE']),
  },
};

export const alphaMessages: Messages = {
  ...common,
  RunReportRequest: { ...runReport, conversionSpec: one('ConversionSpec') },
  ConversionSpec: {
    conversionActions: strings,
    attributionModel: choice('ConversionSpec.AttributionModel', [
      'ATTRIBUTION_MODEL_UNSPECIFIED',
      'DATA_DRIVEN',
      'LAST_CLICK',
    ]),
  },
  RunFunnelReportRequest: {
    property: string,
    dateRanges: many('DateRange'),
    funnel: one('Funnel'),
    funnelBreakdown: one('FunnelBreakdown'),
    funnelNextAction: one('FunnelNextAction'),
    funnelVisualizationType: choice('RunFunnelReportRequest.FunnelVisualizationType', [
      'FUNNEL_VISUALIZATION_TYPE_UNSPECIFIED',
      'STANDARD_FUNNEL',
      'TRENDED_FUNNEL',
    ]),
    segments: many('Segment'),
    limit: int64,
    dimensionFilter: one('FilterExpression'),
    returnPropertyQuota: bool,
  },
  Funnel: { isOpenFunnel: bool, steps: many('FunnelStep') },
  FunnelStep: {
    name: string,
    isDirectlyFollowedBy: bool,
    withinDurationFromPriorStep: string,
    filterExpression: one('FunnelFilterExpression'),
  },
  FunnelFilterExpression: {
    andGroup: one('FunnelFilterExpressionList', 'expr'),
    orGroup: one('FunnelFilterExpressionList', 'expr'),
    notExpression: one('FunnelFilterExpression', 'expr'),
    funnelFieldFilter: one('FunnelFieldFilter', 'expr'),
    funnelEventFilter: one('FunnelEventFilter', 'expr'),
  },
  FunnelFilterExpressionList: { expressions: many('FunnelFilterExpression') },
  FunnelFieldFilter: { fieldName: string, ...conditions('one_filter') },
  FunnelEventFilter: { eventName: string, funnelParameterFilterExpression: one('FunnelParameterFilterExpression') },
  FunnelParameterFilterExpression: {
    andGroup: one('FunnelParameterFilterExpressionList', 'expr'),
    orGroup: one('FunnelParameterFilterExpressionList', 'expr'),
    notExpression: one('FunnelParameterFilterExpression', 'expr'),
    funnelParameterFilter: one('FunnelParameterFilter', 'expr'),
  },
  FunnelParameterFilterExpressionList: { expressions: many('FunnelParameterFilterExpression') },
  FunnelParameterFilter: {
    eventParameterName: { kind: 'string', oneof: 'one_parameter' },
    itemParameterName: { kind: 'string', oneof: 'one_parameter' },
    ...conditions('one_filter'),
  },
  FunnelBreakdown: { breakdownDimension: one('Dimension'), limit: int64 },
  FunnelNextAction: { nextActionDimension: one('Dimension'), limit: int64 },
  Segment: { name: string },
};
