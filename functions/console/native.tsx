// What the network itself says of posts: reach, engagement, and our own count of revenue beside it.

import type { NativeGroups } from '#feedback/native-groups.ts';
import type { LegReport } from '#feedback/report-of.ts';
import { sayNative } from '#feedback/say-native.ts';
import { sayTime } from '#feedback/say-time.ts';
import { Scrollable } from './scrollable.tsx';

export function Native(props: { native: NativeGroups; leg: LegReport; zone: string }) {
  const { native, leg, zone } = props;
  const { asOf, posts } = native;
  return (
    <div>
      <h3>What the network says</h3>
      <Scrollable name={`What ${leg.channel} says`}>
        <table class="stack">
          <thead>
            <tr>
              <th scope="col">Post</th>
              <th scope="col">Reach</th>
              <th scope="col">Engagement</th>
              <th scope="col">Revenue (counted by us)</th>
            </tr>
          </thead>
          <tbody>
            {posts.map((post) => {
              const { reach, engagement, revenue } = sayNative(post);
              return (
                <tr>
                  <th scope="row">{`${post.leg}: ${saysOf(leg, post.calls)}`}</th>
                  <Cell head="Reach" text={reach} />
                  <Cell head="Engagement" text={engagement} />
                  <Cell head="Counted by us" text={revenue} />
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scrollable>
      <p class="small soft">
        {asOf === null
          ? 'The network has not been heard yet.'
          : `As of ${sayTime(asOf, zone)}. Missing is not zero: some networks do not say.`}
      </p>
    </div>
  );
}

/** On a phone its head stands with it. */
function Cell({ head, text }: { head: string; text: string }) {
  return (
    <td>
      <span class="on">{head}</span>
      {text}
    </td>
  );
}

function saysOf(leg: LegReport, calls: readonly string[]): string {
  return calls.map((call) => leg.calls.find((one) => one.call === call)?.say ?? call).join(' / ');
}
