import { afterEach, beforeEach, expect } from 'vitest';
import { checkMastodon } from '#channels/mastodon-check.ts';
import { describeInstance } from '#channels/mastodon-software.ts';
import { countMastodon } from '#channels/mastodon-text.ts';
import { addPost, reply, TOKEN } from '../channels/mastodon-server.ts';
import { context, LINK, leg, startWorld, type World } from '../channels/mastodon-world.ts';
import { walkSurface } from './walk.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const family = '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}';
const texts: Record<string, { readonly text: string; readonly length: number }> = {
  // The weighting is X's; Mastodon has none and counts what is there.
  "281 UTF-16 units, 280 by the network's own weighting": { text: 'é'.repeat(281), length: 281 },
  '301 graphemes of family emoji': { text: family.repeat(301), length: 301 },
  'URL of 200 characters counted as 23': {
    text: `https://example.com/${'a'.repeat(180)}`,
    length: 23,
  },
};

/** Whether a text of this length is refused exactly one below it: when it is saved, not at T. */
function refusedAbove(text: string, length: number): boolean {
  const announcement = { ...context, leg: { ...leg, text: `${text} {call}` } };
  const whole = length + ` ${context.say} `.length + 23;
  const codes = (textMax: number) =>
    checkMastodon(announcement, { ...describeInstance({}), textMax }).map((one) => one.code);
  return codes(whole).length === 0 && codes(whole - 1).includes('text_too_long');
}

walkSurface('social-publish', {
  'SO-01': async (attack, probe) => {
    for (const { text: name } of attack.input) {
      const sample = texts[name];
      if (!sample) throw new Error(`no text is "${name}"`);
      expect(countMastodon(sample.text, 23)).toBe(sample.length);
      const { value } = await probe.refused(() => refusedAbove(sample.text, sample.length));
      expect(value).toBe(true);
    }
  },

  'SO-03': async (attack) => {
    const { channel, mastodon, time } = world;
    const prepared = await channel.prepare(context);
    for (const { status, body } of attack.input) {
      const claimedAt = time.now;
      mastodon.insteadOfPost = (_seen, response) => {
        // The effect, and then the odd answer.
        if (mastodon.posts.length === 0) addPost(mastodon, `Atlas 2 is out. ${LINK}`);
        reply(status, body ?? '')(_seen, response);
      };
      expect(await channel.publish(prepared, leg)).toMatchObject({ kind: 'unknown' });
      expect(await channel.resolve(prepared, leg, claimedAt)).toMatchObject({ kind: 'published' });
    }
    expect(mastodon.requests('POST', '/api/v1/statuses')).toHaveLength(attack.input.length);
    expect(mastodon.posts.length).toBeLessThanOrEqual(Number(attack.check?.posts_max));
  },

  'SO-04': async (attack) => {
    const prepared = await world.channel.prepare(context);
    for (const headers of attack.input) {
      world.mastodon.insteadOfPost = reply(429, { error: 'Too many requests' }, headers);
      const published = await world.channel.publish(prepared, leg);
      if (published.kind !== 'throttled') throw new Error(`answered ${published.kind}`);
      expect(published.retryAfterMs).toBeGreaterThanOrEqual(1_000);
      expect(published.retryAfterMs).toBeLessThanOrEqual(leg.deadlineMs);
    }
  },

  'SO-05': async (attack) => {
    const { channel, mastodon, time } = world;
    const prepared = await channel.prepare(context);
    const claimedAt = time.now;
    mastodon.insteadOfPost = reply(attack.input.status, attack.input.body);
    expect(await channel.publish(prepared, leg)).toMatchObject({ kind: 'unknown' });
    // Nothing there: a failure, with proof, once the server had its time.
    time.now += 60_000;
    expect(await channel.resolve(prepared, leg, claimedAt)).toMatchObject({ kind: 'absent' });
    // The earlier attempt did work: a success, with proof.
    addPost(mastodon, LINK, claimedAt);
    expect(await channel.resolve(prepared, leg, claimedAt)).toMatchObject({
      kind: 'published',
      confidence: 'strong',
    });
    expect(mastodon.posts).toHaveLength(Number(attack.check?.posts));
  },

  'SO-07': async (attack) => {
    const { channel, mastodon, time } = world;
    const prepared = await channel.prepare(context);
    mastodon.insteadOfPost = reply(200, attack.input.body);
    const bare = await channel.publish(prepared, leg);
    const whole = {
      ...attack.input.body,
      created_at: new Date(time.now).toISOString(),
      content: LINK,
    };
    mastodon.insteadOfPost = reply(200, whole);
    const published = await channel.publish(prepared, leg);
    mastodon.override = { prefix: '/api/v1/accounts/7/statuses', answer: reply(200, [whole]) };
    const resolved = await channel.resolve(prepared, leg, time.now);
    expect(published).toMatchObject({ kind: 'published', postId: '1' });
    const kept = JSON.stringify([published, resolved]);
    expect(kept).not.toContain('javascript');
    expect(kept).not.toContain('<img');
    // A body that is no post is quoted nowhere as markup: reasons are text on one line.
    expect(bare).toMatchObject({ kind: 'unknown' });
    mastodon.insteadOfPost = reply(200, { ...whole, id: '"><img src=x onerror=alert(1)>' });
    expect(await channel.publish(prepared, leg)).toMatchObject({ kind: 'unknown' });
  },

  'SO-08': async () => {
    const { channel, mastodon, time } = world;
    const prepared = await channel.prepare(context);
    const echo = reply(500, { error: `you sent Authorization: Bearer ${TOKEN}` });
    mastodon.insteadOfPost = echo;
    const kept: unknown[] = [prepared, await channel.publish(prepared, leg)];
    mastodon.override = { prefix: '/api', answer: echo };
    kept.push(await channel.resolve(prepared, leg, time.now));
    const calls = [
      () => channel.describe('main'),
      () => channel.prepare(context),
      () => channel.measure('1', leg),
      () => channel.retract('1', leg),
    ];
    for (const call of calls) {
      const outcome = await call().catch((error: Error) => `${error.stack} ${error.cause}`);
      kept.push(outcome);
    }
    expect(JSON.stringify(kept)).not.toContain(TOKEN);
    expect(JSON.stringify(kept)).not.toContain(TOKEN.slice(4));
  },
});
