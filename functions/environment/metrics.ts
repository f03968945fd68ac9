// Which lines are figures as well: what an alarm watches is embedded in them as a metric, once per
// event and never per email. Plain data.

export interface MetricDefinition {
  readonly name: string;
  /** Of the line, the field that holds the value; absent: each line counts one. */
  readonly field?: string;
  readonly unit: 'Count' | 'Milliseconds';
}

/** Of every metric of ours, in CloudWatch; the function that says it is its dimension `service`. */
export const metricNamespace = 'Volley';

export const metrics: { readonly [event: string]: MetricDefinition } = {
  released: { name: 'Overdue', field: 'overdueMs', unit: 'Milliseconds' },
  not_armed: { name: 'NotArmed', unit: 'Count' },
  in_doubt: { name: 'InDoubt', field: 'count', unit: 'Count' },
  sending_disabled: { name: 'SendingDisabled', unit: 'Count' },
};
