// What IAM would be asked about one call: its actions and the kind of resource each is on.

export interface Call {
  /** Of the signature: `dynamodb`. */
  readonly service: string;
  readonly method: string;
  readonly path: string;
  /** `DynamoDB_20120810.GetItem`, where the service speaks JSON. */
  readonly target: string;
  readonly body: string;
}

export interface Asked {
  readonly action: string;
  readonly on: string;
}

/** Throws for a call it does not know: what is not understood is not allowed. */
export function actionsOf(call: Call): Asked[] {
  const operation = call.target.split('.').at(-1) ?? '';
  const input = call.body.startsWith('{') ? (JSON.parse(call.body) as Input) : {};
  switch (call.service) {
    case 'dynamodb':
      return [{ action: `dynamodb:${operation}`, on: input.IndexName ? 'index' : 'table' }];
    case 'sqs':
      return [{ action: `sqs:${operation.replace(/Batch$/, '')}`, on: queueOf(input) }];
    case 'ssm':
      return [{ action: `ssm:${operation}`, on: parametersOf(String(input.Name)) }];
    case 'lambda': {
      const name = /\/functions\/([^/]+)\/invocations/.exec(call.path)?.[1];
      return [{ action: 'lambda:InvokeFunction', on: `function/${name}` }];
    }
    case 'ses':
      return sesActions(call);
    default:
      throw new Error(`a call of ${call.service || 'nobody knows which service'}`);
  }
}

interface Input {
  readonly IndexName?: string;
  readonly Name?: string;
  readonly QueueUrl?: string;
}

function queueOf({ QueueUrl }: Input): string {
  return QueueUrl?.endsWith('-dead') === true ? 'dead_letters' : 'queue';
}

/** `/volley/connections/main` is below connections; a key such as `/volley/links/keys` too, of links. */
function parametersOf(name: string): string {
  return `parameters/${/^(?:\/\w+)?\/volley\/(.*)\/[^/]+$/.exec(name)?.[1] ?? ''}`;
}

/**
 * SES checks a bulk call under its own name and the one of its predecessor, on the identity and the
 * configuration set alike (as users of the v2 API report, for instance the documentation of Anymail).
 */
function sesActions({ method, path }: Call): Asked[] {
  if (path === '/v2/email/outbound-bulk-emails') {
    return ['ses:SendBulkEmail', 'ses:SendBulkTemplatedEmail'].flatMap((action) =>
      ['identity', 'configuration_set'].map((on) => ({ action, on })),
    );
  }
  if (method === 'POST' && path === '/v2/email/outbound-emails') {
    return [{ action: 'ses:SendEmail', on: 'identity' }];
  }
  if (method === 'GET' && path === '/v2/email/account') {
    return [{ action: 'ses:GetAccount', on: 'account' }];
  }
  if (method === 'GET' && /^\/v2\/email\/identities\/[^/]+$/.test(path)) {
    return [{ action: 'ses:GetEmailIdentity', on: 'identity' }];
  }
  if (method === 'PUT' && /^\/v2\/email\/configuration-sets\/[^/]+\/sending$/.test(path)) {
    return [{ action: 'ses:PutConfigurationSetSendingOptions', on: 'configuration_set' }];
  }
  throw new Error(`a call of SES that is not known: ${method} ${path}`);
}
