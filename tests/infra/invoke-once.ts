// Run by plain Node with a function's own environment and nothing else: loads a bundle as Lambda
// does and invokes it once. `node invoke-once.ts <file> <event as JSON>`; prints one JSON line last.

const [file = '', event = ''] = process.argv.slice(2);

async function main(): Promise<void> {
  const { handler } = (await import(file)) as {
    handler: (event: unknown, context: object) => Promise<unknown>;
  };
  const deadline = Date.now() + 60_000;
  const context = {
    awsRequestId: '0a1b2c3d',
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  const result = await handler(JSON.parse(event), context);
  process.stdout.write(`\n${JSON.stringify({ result: result ?? null })}\n`, () => process.exit(0));
}

void main();
