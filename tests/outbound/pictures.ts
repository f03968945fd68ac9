// Small valid pictures, made here.

import { crc32, deflateSync } from 'node:zlib';

/** A grey PNG; `idat` stands in for the pixels when they are not to be made. */
export function png(width: number, height: number, idat?: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const pixels = idat ?? deflateSync(Buffer.alloc((width + 1) * height));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** 1 x 1, transparent, with a comment block. */
export const gif = Buffer.concat([
  Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff', 'latin1'),
  Buffer.from('!\xfe\x05hello\x00', 'latin1'),
  Buffer.from('!\xf9\x04\x01\x00\x00\x00\x00', 'latin1'),
  Buffer.from(',\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;', 'latin1'),
]);

/** The frame of a 16 x 8 JPEG: sizes and segments are real, the scan is a few bytes. */
export const jpeg = Buffer.concat([
  Buffer.from('\xff\xd8', 'latin1'),
  Buffer.from('\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00', 'latin1'),
  Buffer.from('\xff\xc0\x00\x0b\x08\x00\x08\x00\x10\x01\x01\x11\x00', 'latin1'),
  Buffer.from('\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00', 'latin1'),
  Buffer.from('\x12\xff\x00\x34\xff\xd0\x56', 'latin1'),
  Buffer.from('\xff\xd9', 'latin1'),
]);

/** A lossless 1 x 1 WebP. */
export const webp = Buffer.from('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==', 'base64');
