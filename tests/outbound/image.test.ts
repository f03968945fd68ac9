import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readImage } from '#outbound/image.ts';
import { gif, jpeg, png, webp } from './pictures.ts';

const samples = [
  { name: 'PNG', file: png(3, 2), type: 'image/png', width: 3, height: 2 },
  { name: 'JPEG', file: jpeg, type: 'image/jpeg', width: 16, height: 8 },
  { name: 'GIF', file: gif, type: 'image/gif', width: 1, height: 1 },
  { name: 'WebP', file: webp, type: 'image/webp', width: 1, height: 1 },
];

describe.each(samples)('a $name', ({ file, type, width, height }) => {
  test('is known by its bytes, with its size', () => {
    expect(readImage(file)).toEqual({ kind: 'image', type, width, height });
  });
  test('that goes on after its end is refused', () => {
    const more = Buffer.concat([file, Buffer.from('*/=1;alert(1)//')]);
    expect(readImage(more)).toMatchObject({ kind: 'refused', code: 'data_after_image' });
  });
  test('that is cut off anywhere is refused', () => {
    for (let length = 0; length < file.length; length += 1) {
      expect([length, readImage(file.subarray(0, length)).kind]).toEqual([length, 'refused']);
    }
  });
  test('over the limit is refused', () => {
    expect(readImage(file, width * height - 1)).toMatchObject({ code: 'too_many_pixels' });
    expect(readImage(file, width * height).kind).toBe('image');
  });
});

test.each([
  ['nothing', ''],
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
  ['HTML', '<!doctype html><script>alert(1)</script>'],
  ['a GIF that is a script', 'GIF89a/*\x00\x00\x00*/=1;alert(1)'],
  ['a script that calls itself PNG', '\x89PNG\r\n\x1a\nalert(1)'],
  ['BMP', 'BM......'],
])('%s is no image', (_name, content) => {
  expect(readImage(Buffer.from(content, 'latin1')).kind).toBe('refused');
});

test('a PNG of 50,000 x 50,000 pixels is refused by its header', () => {
  const bomb = png(50_000, 50_000, Buffer.alloc(0));
  expect(readImage(bomb)).toMatchObject({ code: 'too_many_pixels' });
});

test('whatever the bytes, there is an answer, and soon', () => {
  const magic = fc.constantFrom(...samples.map(({ file }) => file));
  const mangled = fc
    .tuple(
      magic,
      fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 8 }),
      fc.uint8Array({ maxLength: 40 }),
    )
    .map(([file, edits, tail]) => {
      const copy = Buffer.concat([file, tail]);
      for (const [at, value] of edits) if (at < copy.length) copy[at] = value;
      return copy;
    });
  const started = process.cpuUsage();
  fc.assert(
    fc.property(mangled, (bytes) => {
      expect(['image', 'refused']).toContain(readImage(bytes).kind);
    }),
    { numRuns: 5_000 },
  );
  expect(process.cpuUsage(started).user / 5_000).toBeLessThan(50_000);
});

test('16 MB of markers cost little', () => {
  const nasty = Buffer.concat([jpeg.subarray(0, 43), Buffer.alloc(16_000_000, 0xff)]);
  const started = process.cpuUsage();
  expect(readImage(nasty).kind).toBe('refused');
  expect(process.cpuUsage(started).user / 1_000).toBeLessThan(1_000);
});
