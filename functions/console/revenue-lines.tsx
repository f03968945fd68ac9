// Money per person reached, the leader against each rival, where there is enough of it to compare.

import type { LegReport } from '#feedback/report-of.ts';
import { money, percent } from '#feedback/say-time.ts';
import type { ChannelReport } from '#statistics/channel-report.ts';

export function RevenueLines({ leg, own }: { leg: LegReport; own: ChannelReport }) {
  const compared = own.calls.filter(({ revenueOfLeader }) => revenueOfLeader !== null);
  if (compared.length === 0) return null;
  const say = (call: string | null) => leg.calls.find((one) => one.call === call)?.say ?? call;
  const lines = compared.map(({ id, revenueOfLeader }) => {
    if (revenueOfLeader?.state !== 'shown') {
      return `Against “${say(id)}”: too few orders (2,000 people and 50 orders a call are needed).`;
    }
    const { live, perOrder } = revenueOfLeader;
    const range = `${percent(live.lo)} to ${percent(live.hi)}`;
    return `Against “${say(id)}”: ${percent(live.estimate)} more per person reached (${range}, right at every look); ${money(perOrder.leader)} an order against ${money(perOrder.rival)}.`;
  });
  return (
    <div>
      <h3>{`What “${say(own.verdict.leader)}” brings in money`}</h3>
      <ul>
        {lines.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
      <p class="small soft">Shown beside the answer; one metric decides, and it was registered.</p>
    </div>
  );
}
