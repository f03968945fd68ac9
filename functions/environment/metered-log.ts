// Lines that are figures as well, in CloudWatch's embedded metric format, through Powertools.

import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Log } from '#domain/ports.ts';
import { createLambdaLog } from './lambda-log.ts';
import { metricNamespace, metrics } from './metrics.ts';
import { functionName } from './settings.ts';

type Fields = { readonly [name: string]: unknown };

/** For the functions whose lines an alarm watches. */
export function createMeteredLog(serviceName: string = functionName()): Log {
  const log = createLambdaLog(serviceName);
  const figures = new Metrics({ namespace: metricNamespace, serviceName });
  const line = (level: keyof Log) => (event: string, fields?: Fields) => {
    log[level](event, fields);
    addMetric(figures, event, fields);
  };
  return { info: line('info'), warn: line('warn'), error: line('error') };
}

/** Published with its line: several bursts share a process, and none waits for another. */
function addMetric(figures: Metrics, event: string, fields: Fields = {}): void {
  const metric = Object.hasOwn(metrics, event) ? metrics[event] : undefined;
  const value = metric?.field === undefined ? 1 : fields[metric.field];
  if (!metric || typeof value !== 'number' || !Number.isFinite(value)) return;
  const single = figures.singleMetric();
  if (typeof fields.burst === 'string') single.addMetadata('correlation_id', fields.burst);
  single.addMetric(metric.name, metric.unit, value);
}
