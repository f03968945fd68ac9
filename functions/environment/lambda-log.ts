// Lines of every function that is not public, through Powertools.

import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import type { Log } from '#domain/ports.ts';
import { correlated } from './correlated.ts';
import { functionName } from './settings.ts';

export function createLambdaLog(serviceName: string = functionName()): Log {
  const logger = new Logger({ serviceName, logFormatter: new Lines() });
  const line =
    (level: 'info' | 'warn' | 'error') =>
    (event: string, fields?: { readonly [name: string]: unknown }) =>
      logger[level](event, { ...correlated(fields) });
  return { info: line('info'), warn: line('warn'), error: line('error') };
}

/** The same names as in the lines of the public functions, so that one query finds them all. */
class Lines extends LogFormatter {
  override formatAttributes(attributes: UnformattedAttributes, fields: LogAttributes): LogItem {
    const { logLevel, message, timestamp, serviceName, xRayTraceId } = attributes;
    const base = {
      level: logLevel.toLowerCase(),
      event: message,
      at: timestamp.toISOString(),
      service: serviceName,
      ...(xRayTraceId ? { trace: xRayTraceId } : {}),
    };
    return new LogItem({ attributes: base }).addAttributes(fields);
  }
}
