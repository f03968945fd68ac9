// Loaded before the command line: tells what the process has used when it ends.

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.send?.({ maxRssKb: maxRSS, cpuUs: userCPUTime + systemCPUTime });
});
process.channel?.unref();
