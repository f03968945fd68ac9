// Which clicks were a person's. A versioned set of rules over all clicks of one recipient or
// visitor, so that the answer does not depend on the order in which they became known.

/** Raise it with every change of a rule; reports name it. */
export const CLICK_RULES_VERSION = 1;

/** One click as the rules see it. */
export interface SeenClick {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Which link: `leg/call`. */
  readonly link: string;
  readonly isHead: boolean;
  /** The hidden link, which no person sees. */
  readonly isBait: boolean;
  readonly agent: AgentKind;
}

export type ClickKind = 'human' | 'machine';

/** `robot` names itself or a library; `odd` does not look like a browser, which proves nothing. */
export type AgentKind = 'browser' | 'odd' | 'robot';

/** A scanner that took the bait follows the other links about then. */
const BAIT_NEAR_MS = 10_000;
/** No person opens two different links of one message within this. */
const LINKS_WITHIN_MS = 1_000;
/** A gateway looks at everything before it hands the message on. */
const DELIVERY_NEAR_MS = 3_000;
/** So many requests of one link within a second are no double click. */
const REPEATS_MIN = 4;
const WEAK_SIGNALS_MIN = 2;

/**
 * The kind of every click, in the order given. Machine: HEAD, a known robot, the bait and whatever
 * was followed within 10 s of it, two different links within a second, or within 3 s of delivery;
 * or two weak signals at once: 3 s of delivery, an odd agent, four requests of one link a second.
 * Timing alone never makes a click a machine's: people with quick fingers count.
 * @param deliveredAt when the message was delivered, where there is one and it is known
 */
export function classifyClicks(
  clicks: readonly SeenClick[],
  deliveredAt?: number | undefined,
): ClickKind[] {
  const baits = clicks.filter((click) => click.isBait);
  return clicks.map((click) =>
    isMachine(click, clicks, baits, deliveredAt) ? 'machine' : 'human',
  );
}

function isMachine(
  click: SeenClick,
  clicks: readonly SeenClick[],
  baits: readonly SeenClick[],
  deliveredAt: number | undefined,
): boolean {
  if (click.isHead || click.isBait || click.agent === 'robot') return true;
  if (baits.some((bait) => Math.abs(bait.at - click.at) <= BAIT_NEAR_MS)) return true;
  const isSoon = isNearDelivery(click, deliveredAt);
  let repeats = 0;
  for (const other of clicks) {
    const isClose = Math.abs(other.at - click.at) <= LINKS_WITHIN_MS;
    if (isClose && other.link === click.link) repeats += 1;
    if (other.link === click.link) continue;
    if (isClose || (isSoon && isNearDelivery(other, deliveredAt))) return true;
  }
  const weak = [isSoon, click.agent === 'odd', repeats >= REPEATS_MIN].filter(Boolean).length;
  return weak >= WEAK_SIGNALS_MIN;
}

function isNearDelivery(click: SeenClick, deliveredAt: number | undefined): boolean {
  return deliveredAt !== undefined && click.at - deliveredAt <= DELIVERY_NEAR_MS;
}

/**
 * Link previews of networks and messengers, mail gateways that open links, and libraries that
 * programs fetch with. Word ends are checked where a telephone's name could hold the word.
 */
const ROBOTS = new RegExp(
  [
    '(?<!cu)bot\\b|crawl|spider|slurp|preview|scanner|monitor|validator|unfurl',
    'facebookexternalhit|facebookcatalog|whatsapp/|skypeuri|slack-?img|telegram|discord',
    'mastodon/|pleroma|akkoma|misskey|sharkey|friendica|lemmy|cardyb|iframely|embedly',
    'barracuda|mimecast|proofpoint|urldefense|safelinks|trendmicro|trend micro|fireeye|symantec',
    'cloudmark|sophos|forcepoint|zscaler|cisco|messagelabs|vade|hornet|bitdefender|checkpoint',
    'googleimageproxy|yahoomailproxy|google-read-aloud|google-inspectiontool|apple-?pubsub',
    'headlesschrome|phantomjs|puppeteer|playwright|selenium',
    '\\bcurl/|\\bwget|python|go-http-client|node-fetch|undici|axios|got \\(|okhttp|java/|apache-',
    'libwww|lwp::|http\\.rb|ruby|guzzle|php/|aiohttp|httpx|winhttp|powershell|postman|insomnia',
  ].join('|'),
  'i',
);

export function agentKind(agent: string): AgentKind {
  if (ROBOTS.test(agent)) return 'robot';
  return agent.startsWith('Mozilla/') || agent.startsWith('Opera/') ? 'browser' : 'odd';
}
