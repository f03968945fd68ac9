// The whole of Volley in one account and Region, from the one definition.

import { CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { names } from '#infra/definition.ts';
import { addAlarms } from './add-alarms.ts';
import { addDashboard } from './add-dashboard.ts';
import { addEmail } from './add-email.ts';
import { addFunctions } from './add-functions.ts';
import { addHosts, addRoutes } from './add-http.ts';
import { addKey } from './add-key.ts';
import { addQueues } from './add-queues.ts';
import { addSchedules } from './add-schedules.ts';
import { addTable } from './add-table.ts';
import type { Settings } from './settings.ts';

export class VolleyStack extends Stack {
  /** @param bundles a folder by function name */
  constructor(scope: Construct, settings: Settings, bundles: ReadonlyMap<string, string>) {
    const { stage, region, account } = settings;
    super(scope, stackName(settings), {
      description: `Volley, stage ${stage}`,
      env: { region, ...(account && { account }) },
      terminationProtection: settings.keepData,
      analyticsReporting: false,
    });
    const key = addKey(this, settings);
    const table = addTable(this, settings, key);
    const queues = addQueues(this, settings, key);
    const feedback = queues.byName.get('feedback');
    const deadLetters = queues.deadLetters.get('feedback');
    if (!feedback || !deadLetters) throw new Error('the definition has no queue for feedback');
    const email = addEmail(this, settings, { feedback, deadLetters }, key);
    const hosts = addHosts(this, settings, key);
    const addresses = new Map([...hosts].map(([host, { address }]) => [host, address]));
    const places = { stack: this, settings, table, queues, email, addresses };
    const functions = addFunctions({ places, bundles, key });
    addRoutes(hosts, functions);
    addSchedules(this, settings, functions);
    const watched = addAlarms({ stack: this, settings, functions, queues, key });
    addDashboard({ stack: this, settings, functions, queues, table, watched });
    Tags.of(this).add('application', 'volley');
    Tags.of(this).add('stage', stage);
    for (const [host, address] of addresses) this.#tell(`${host}Address`, address, `${host} host`);
    this.#tell('tableName', table.tableName, 'everything that is kept');
    this.#tell('deadLetterUrl', deadLetters.queueUrl, 'feedback that was set aside');
    this.#tell('parameterPrefix', `/${stage}${names.parameterPrefix}`, 'keys and tokens, in SSM');
    email.identity?.dkimRecords.forEach((record, index) => {
      const value = `${record.name} CNAME ${record.value}`;
      this.#tell(`dkim${index + 1}`, value, 'DNS: proves that the sender is yours');
    });
  }

  #tell(name: string, value: string, description: string): void {
    const id = name.replace(/^\w/, (letter) => letter.toUpperCase());
    new CfnOutput(this, id, { value, description });
  }
}

export function stackName({ stage }: Pick<Settings, 'stage'>): string {
  return `volley-${stage}`;
}
