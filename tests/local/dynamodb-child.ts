// Runs the DynamoDB stand-in until it is killed; prints its address.

import { startDynamodb } from '#infra/local/stand-ins/dynamodb/dynamodb.ts';
import { createTableInput } from '#store/table.ts';

const folder = process.argv[2] ?? '';
const { url } = await startDynamodb({ folder, port: 0, tables: [createTableInput('volley')] });
console.log(url);
