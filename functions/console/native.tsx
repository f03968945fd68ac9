// What the network itself says of posts: reach, engagement, and our own count of revenue beside it.

import type { NativeGroups } from '#feedback/native-groups.ts';
import type { LegReport } from '#feedback/report-of.ts';
import { money, number } from '#feedback/say-time.ts';
import { Scrollable } from './scrollable.tsx';

type Metric = number | 'not_provided' | 'not_yet_available';

export function Native({ native, leg }: { native: NativeGroups; leg: LegReport }) {
  return (
    <div>
      <h3>What the network says</h3>
      <Scrollable name={`What ${leg.channel} says`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Post</th>
              <th scope="col">Reach</th>
              <th scope="col">Engagement</th>
              <th scope="col">Revenue (counted by us)</th>
            </tr>
          </thead>
          <tbody>
            {native.posts.map((post) => {
              const call = leg.calls.find((one) => one.call === post.call);
              return (
                <tr>
                  <th scope="row">{`${post.leg}: ${call?.say ?? post.call}`}</th>
                  <td>{metrics(post.reach)}</td>
                  <td>{metrics(post.engagement)}</td>
                  <td>
                    {call
                      ? `${number(call.uniqueClicks)} people clicked, ${number(call.conversions)} conversions worth ${money(call.value)}`
                      : 'not known'}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scrollable>
      <p class="small soft">Missing is not zero: some networks do not say.</p>
    </div>
  );
}

function metrics(given: Readonly<Record<string, Metric>>): string {
  const entries = Object.entries(given);
  if (entries.length === 0) return 'not provided';
  return entries.map(([name, value]) => `${name.replaceAll('_', ' ')}: ${say(value)}`).join(' · ');
}

function say(value: Metric): string {
  return typeof value === 'number' ? number(value) : value.replaceAll('_', ' ');
}
