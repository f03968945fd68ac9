// What an image is, by its bytes alone: whatever name or type came with them proves nothing.

export type ReadImage =
  | {
      readonly kind: 'image';
      readonly type: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';
      readonly width: number;
      readonly height: number;
    }
  | { readonly kind: 'refused'; readonly code: ImageProblem; readonly message: string };

type ImageProblem = 'type_unknown' | 'image_malformed' | 'data_after_image' | 'too_many_pixels';

/** A picture's frame, and where the file says that it ends. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly end: number;
}

/** Mastodon's own default. */
const PIXELS_MAX = 33_177_600;

const FORMATS = [
  { type: 'image/png', magic: [[0, '\x89PNG\r\n\x1a\n']], read: readPng },
  { type: 'image/jpeg', magic: [[0, '\xff\xd8\xff']], read: readJpeg },
  { type: 'image/gif', magic: [[0, 'GIF8']], read: readGif },
  {
    type: 'image/webp',
    magic: [
      [0, 'RIFF'],
      [8, 'WEBP'],
    ],
    read: readWebp,
  },
] as const;

/**
 * Type and size of a PNG, JPEG, GIF or WebP, from its headers, without decoding a pixel.
 * Refused: every other type (SVG and HTML among them), a file that goes on after its image (which
 * may be a script to somebody else), and more than `pixelsMax` pixels. Cost: one pass at most.
 */
export function readImage(bytes: Uint8Array, pixelsMax: number = PIXELS_MAX): ReadImage {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = FORMATS.find(({ magic }) =>
    magic.every(([at, text]) => file.toString('latin1', at, at + text.length) === text),
  );
  if (!format) return refused('type_unknown', 'the file is no PNG, JPEG, GIF or WebP');
  const frame = readFrame(file, format.read);
  if (!frame || frame.width < 1 || frame.height < 1) {
    return refused('image_malformed', `the ${format.type} is damaged or cut off`);
  }
  const { width, height, end } = frame;
  if (width * height > pixelsMax) {
    const message = `the image has ${width} x ${height} pixels, at most ${pixelsMax} in all`;
    return refused('too_many_pixels', message);
  }
  if (end !== file.length) {
    return refused('data_after_image', `${file.length - end} bytes follow the end of the image`);
  }
  return { kind: 'image', type: format.type, width, height };
}

function readFrame(file: Buffer, read: (file: Buffer) => Frame | undefined): Frame | undefined {
  try {
    return read(file);
  } catch {
    // Reading beyond the end: the file stops before its image does.
    return undefined;
  }
}

function readPng(file: Buffer): Frame | undefined {
  if (file.toString('latin1', 12, 16) !== 'IHDR' || file.readUInt32BE(8) !== 13) return undefined;
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  let at = 8;
  for (;;) {
    const type = file.toString('latin1', at + 4, at + 8);
    // Length, type and checksum take 12 bytes; reading the checksum proves that the chunk is whole.
    const next = at + 12 + file.readUInt32BE(at);
    file.readUInt32BE(next - 4);
    if (type === 'IEND') return { width, height, end: next };
    at = next;
  }
}

function readGif(file: Buffer): Frame | undefined {
  if (!/^GIF8[79]a$/.test(file.toString('latin1', 0, 6))) return undefined;
  const width = file.readUInt16LE(6);
  const height = file.readUInt16LE(8);
  let at = 13 + colourTableBytes(file.readUInt8(10));
  for (;;) {
    const introducer = file.readUInt8(at);
    if (introducer === 0x3b) return { width, height, end: at + 1 };
    if (introducer === 0x21) at = afterSubBlocks(file, at + 2);
    else if (introducer === 0x2c) {
      at = afterSubBlocks(file, at + 11 + colourTableBytes(file.readUInt8(at + 9)));
    } else return undefined;
  }
}

function colourTableBytes(packed: number): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0;
}

function afterSubBlocks(file: Buffer, start: number): number {
  let at = start;
  while (file.readUInt8(at) !== 0) at += 1 + file.readUInt8(at);
  return at + 1;
}

function readJpeg(file: Buffer): Frame | undefined {
  let size: { width: number; height: number } | undefined;
  let at = 2;
  while (file.readUInt8(at) === 0xff) {
    const marker = file.readUInt8(at + 1);
    if (marker === 0xd9) return size && { ...size, end: at + 2 };
    if (isStartOfFrame(marker)) {
      size = { height: file.readUInt16BE(at + 5), width: file.readUInt16BE(at + 7) };
    }
    at = afterSegment(file, at, marker);
  }
  return undefined;
}

function afterSegment(file: Buffer, at: number, marker: number): number {
  // A fill byte, then the marker proper.
  if (marker === 0xff) return at + 1;
  if (isBare(marker)) return at + 2;
  const next = at + 2 + file.readUInt16BE(at + 2);
  return marker === 0xda ? afterScan(file, next) : next;
}

/** Markers without a length: TEM, RST0 to RST7, SOI. */
function isBare(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Where the next marker stands: 0xff is stuffed with a zero inside a scan. */
function afterScan(file: Buffer, start: number): number {
  let at = file.indexOf(0xff, start);
  while (at >= 0) {
    const next = file.readUInt8(at + 1);
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
    at = file.indexOf(0xff, at + 2);
  }
  return file.length;
}

function readWebp(file: Buffer): Frame | undefined {
  const end = 8 + file.readUInt32LE(4);
  if (end > file.length) return undefined;
  const kind = file.toString('latin1', 12, 16);
  if (kind === 'VP8X') {
    return { width: 1 + file.readUIntLE(24, 3), height: 1 + file.readUIntLE(27, 3), end };
  }
  if (kind === 'VP8L') {
    const bits = file.readUInt32LE(21);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), end };
  }
  if (kind === 'VP8 ') {
    return { width: file.readUInt16LE(26) & 0x3fff, height: file.readUInt16LE(28) & 0x3fff, end };
  }
  return undefined;
}

function refused(code: ImageProblem, message: string): ReadImage {
  return { kind: 'refused', code, message };
}
