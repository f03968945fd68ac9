// Draws the picture of the example's announcement: a clock at eight, over a row of ballot boxes.

import { crc32, deflateSync } from 'node:zlib';

type Colour = readonly [red: number, green: number, blue: number];
/** Signed distance to a shape's edge in pixels, negative inside. */
type Shape = (x: number, y: number) => number;

const WIDTH = 1_200;
const HEIGHT = 675;
const NIGHT: Colour = [22, 24, 58];
const DUSK: Colour = [126, 62, 122];
const PAPER: Colour = [250, 246, 235];
const INK: Colour = [28, 30, 66];
const AMBER: Colour = [255, 184, 77];
const BOX: Colour = [92, 103, 196];

export function exampleImage(): Buffer {
  const layers = [...clock(600, 270, 195), ...boxes()];
  const pixels = Buffer.alloc(HEIGHT * (1 + WIDTH * 3));
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      let colour = mix(NIGHT, DUSK, (y / HEIGHT) ** 1.4);
      for (const [shape, paint] of layers) {
        const cover = Math.min(1, Math.max(0, 0.5 - shape(x, y)));
        if (cover > 0) colour = mix(colour, paint, cover);
      }
      pixels.set(colour, y * (1 + WIDTH * 3) + 1 + x * 3);
    }
  }
  return png(pixels);
}

function clock(x: number, y: number, radius: number): [Shape, Colour][] {
  const at = (hour: number, length: number): [number, number] => {
    const angle = (hour / 12) * 2 * Math.PI;
    return [x + Math.sin(angle) * length, y - Math.cos(angle) * length];
  };
  const marks = Array.from({ length: 12 }, (_, hour): [Shape, Colour] => {
    const [fromX, fromY] = at(hour, radius * (hour % 3 === 0 ? 0.76 : 0.84));
    const [toX, toY] = at(hour, radius * 0.9);
    return [line(fromX, fromY, toX, toY, hour % 3 === 0 ? 6 : 3.5), INK];
  });
  const [hourX, hourY] = at(8, radius * 0.5);
  const [minuteX, minuteY] = at(0, radius * 0.74);
  return [
    [circle(x, y, radius + 14), AMBER],
    [circle(x, y, radius), PAPER],
    ...marks,
    [line(x, y, hourX, hourY, 10), INK],
    [line(x, y, minuteX, minuteY, 7), INK],
    [circle(x, y, 16), AMBER],
  ];
}

function boxes(): [Shape, Colour][] {
  return Array.from({ length: 7 }, (_, index) => 120 + index * 160).flatMap(
    (x): [Shape, Colour][] => [
      [rectangle(x, 558 - (x % 3) * 6, 30, 36, 3), PAPER],
      [rectangle(x, 610, 62, 46, 8), BOX],
      [rectangle(x, 578, 40, 4, 3), INK],
    ],
  );
}

function circle(x: number, y: number, radius: number): Shape {
  return (px, py) => Math.hypot(px - x, py - y) - radius;
}

function line(x: number, y: number, toX: number, toY: number, width: number): Shape {
  const [dx, dy] = [toX - x, toY - y];
  return (px, py) => {
    const along = ((px - x) * dx + (py - y) * dy) / (dx * dx + dy * dy);
    const at = Math.min(1, Math.max(0, along));
    return Math.hypot(px - x - at * dx, py - y - at * dy) - width;
  };
}

function rectangle(x: number, y: number, halfW: number, halfH: number, round: number): Shape {
  return (px, py) => {
    const dx = Math.max(0, Math.abs(px - x) - halfW + round);
    const dy = Math.max(0, Math.abs(py - y) - halfH + round);
    return Math.hypot(dx, dy) - round;
  };
}

function mix(from: Colour, to: Colour, share: number): Colour {
  const one = (a: number, b: number) => Math.round(a + (b - a) * share);
  return [one(from[0], to[0]), one(from[1], to[1]), one(from[2], to[2])];
}

/** Eight bits, red, green and blue, no filter. */
function png(pixels: Buffer): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(WIDTH, 0);
  head.writeUInt32BE(HEIGHT, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(pixels, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
