// papaparse alone over a file, in a process of its own: rows by header, and nothing done with them.

import { createReadStream } from 'node:fs';
import Papa from 'papaparse';

const [file = ''] = process.argv.slice(2);
let rows = 0;
Papa.parse(createReadStream(file), {
  header: true,
  step: () => {
    rows += 1;
  },
  complete: () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    process.send?.({ rows, maxRssKb: maxRSS, cpuUs: userCPUTime + systemCPUTime });
    process.disconnect?.();
  },
});
