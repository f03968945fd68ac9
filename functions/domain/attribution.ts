// To which click a conversion is credited: the last one before it, while the window lasts.

export interface Touch {
  readonly at: number;
  /** `leg/call` of the link. */
  readonly link: string;
}

export interface AttributionRule {
  /** How long after a click a conversion may still be credited to it. */
  readonly attributionMs: number;
  /** The earliest moment at which any link was out. */
  readonly releasedAt: number;
}

/** Two machines' clocks may put a conversion a little before the click that led to it. */
const CLOCKS_MS = 2_000;

/**
 * The link a conversion is credited to (last touch), or undefined when it came too late.
 * The conversion's own click id proves a click even where its event is missing or still on its
 * way; the time of such a click is unknown, so the window is counted from the release.
 */
export function creditedLink(
  conversion: Touch,
  clicks: readonly Touch[],
  rule: AttributionRule,
): string | undefined {
  let last: Touch | undefined;
  for (const click of clicks) {
    if (click.at > conversion.at + CLOCKS_MS) continue;
    if (last === undefined || isLater(click, last)) last = click;
  }
  if (last && conversion.at - last.at <= rule.attributionMs) return last.link;
  return conversion.at - rule.releasedAt <= rule.attributionMs ? conversion.link : undefined;
}

/** Ties go by name, so that the order in which clicks became known decides nothing. */
function isLater(a: Touch, b: Touch): boolean {
  return a.at === b.at ? a.link > b.link : a.at > b.at;
}
