// What to do about a refusal, where one thing is to be done.

const STEPS: { readonly [code: string]: string } = {
  unauthenticated:
    'set VOLLEY_TOKEN to a token that is still valid; volley doctor says whose it is',
  forbidden: 'ask an admin for a token with that scope: volley token create NAME --scope SCOPE',
  burst_unknown: 'volley list names them all',
  audience_unknown: 'volley audience import FILE.csv brings a list in',
  wrong_state: 'volley status BURST says where it stands',
  not_approved: 'somebody else runs: volley approve BURST',
  own_approval: 'somebody else runs: volley approve BURST',
  approval_expired: 'approve it once more: volley approve BURST',
  content_changed: 'look at it as it is now and approve that: volley approve BURST',
  outcome_missing: 'volley standby BURST, then volley fire BURST --outcome NAME',
  moment_missing: 'say it: volley schedule BURST --at "20:00 Europe/Paris"',
  zone_missing: 'write it as "20:00 Europe/Paris"',
  not_frozen: 'the list is frozen when the burst is made ready, up to 5 minutes before its moment',
  precondition_failed: 'look at it as it is now: volley status BURST',
  contended: 'nothing was changed; give the command again',
  key_reused: 'leave --key out: this is another command',
};

/** @param path of the request: the burst it was about is named */
export function nextStep(code: string, path = ''): string | undefined {
  const step = Object.hasOwn(STEPS, code) ? STEPS[code] : undefined;
  const [, burst, verb] = /^\/v1\/bursts\/([^/?]+)(?:\/([a-z-]+))?/.exec(path) ?? [];
  if (step === undefined || burst === undefined) return step;
  const named =
    code === 'wrong_state' && verb === 'stop'
      ? 'before anything has left: volley cancel BURST ends it for good'
      : step;
  return named.replaceAll('BURST', decodeURIComponent(burst));
}
