// What is wrong with an announcement for a Mastodon server, before anybody is asked to approve it.

import { createHash } from 'node:crypto';
import { callSlots, renderAnnouncement } from '#domain/announcement.ts';
import { readImage } from '#outbound/image.ts';
import type { BroadcastContext, Described, Problem } from './contract.ts';
import { countMastodon } from './mastodon-text.ts';

/** Pure; an empty list means: nothing stands against posting it. */
export function checkMastodon(context: BroadcastContext, described: Described): readonly Problem[] {
  return [...checkText(context, described), ...checkImage(context, described)];
}

function checkText({ leg, say, link }: BroadcastContext, described: Described): Problem[] {
  const problems: Problem[] = [];
  const calls = callSlots(leg.text);
  if (calls !== 1) {
    const message = `the announcement holds {call} ${calls} times, it has to stand there once`;
    problems.push(error('call_slot', 'text', message, 'exactly 1'));
  }
  const text = renderAnnouncement(leg.text, say, link);
  const length = countMastodon(text, described.linkLength);
  if (length > described.textMax) {
    const limit = `at most ${described.textMax}`;
    const message = `the announcement has ${length} characters with its link, ${limit}`;
    problems.push(error('text_too_long', 'text', message, limit));
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text) || !text.isWellFormed()) {
    problems.push(error('control_character', 'text', 'the announcement holds a control character'));
  }
  if (leg.language !== undefined && !/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(leg.language)) {
    problems.push(
      error('language_malformed', 'language', 'a language is a code such as en or pt-BR'),
    );
  }
  return problems;
}

function checkImage({ leg, image }: BroadcastContext, described: Described): Problem[] {
  if (!leg.image) return [];
  const alt = checkAlt(leg.image.alt, described.altTextMax);
  if (described.imagesMax < 1) {
    return [...alt, error('image_refused', 'image', 'this server takes no images', 'at most 0')];
  }
  if (!image) return [...alt, error('image_missing', 'image', 'the image is not there')];
  return [...alt, ...checkBytes(image, leg.image.sha256, described)];
}

function checkAlt(alt: string, altTextMax: number): Problem[] {
  if (alt.trim() === '') {
    return [error('alt_text_missing', 'image.alt', 'say in words what the image shows')];
  }
  const length = [...alt].length;
  if (length <= altTextMax) return [];
  const limit = `at most ${altTextMax}`;
  const message = `the text for the image has ${length} characters, ${limit}`;
  return [error('alt_text_too_long', 'image.alt', message, limit)];
}

function checkBytes(image: Uint8Array, sha256: string, described: Described): Problem[] {
  const problems: Problem[] = [];
  const read = readImage(image);
  if (read.kind === 'refused') problems.push(error(read.code, 'image', read.message));
  if (image.length > described.imageBytesMax) {
    const limit = `at most ${described.imageBytesMax} bytes`;
    const message = `the image has ${image.length} bytes, ${limit}`;
    problems.push(error('image_too_large', 'image', message, limit));
  }
  if (createHash('sha256').update(image).digest('hex') !== sha256) {
    problems.push(error('image_changed', 'image', 'the image is not the one that was planned'));
  }
  return problems;
}

function error(code: string, field: string, message: string, limit?: string): Problem {
  return { code, field, message, severity: 'error', ...(limit !== undefined && { limit }) };
}
