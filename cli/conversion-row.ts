// A row of somebody else's export as a conversion: which column is what, amounts and times as written.

import { CommandFailure, exitCodes } from './command.ts';

export interface ConversionColumns {
  /** One of these two, or both. */
  readonly click?: number;
  readonly person?: number;
  readonly burst?: number;
  readonly id?: number;
  readonly value?: number;
  readonly at?: number;
}

type Name = keyof ConversionColumns;

const NAMES: Readonly<Record<Name, readonly string[]>> = {
  click: [
    'click',
    'click_id',
    'clickid',
    'volley_click',
    'ref',
    'refcode',
    'reference',
    'source_code',
  ],
  person: [
    'person',
    'email',
    'e_mail',
    'email_address',
    'donor_email',
    'customer_email',
    'contact',
    'contact_id',
  ],
  burst: ['burst', 'volley_burst'],
  id: [
    'id',
    'event_id',
    'order_id',
    'order',
    'order_number',
    'transaction_id',
    'donation_id',
    'receipt_id',
  ],
  value: ['value', 'amount', 'total', 'revenue', 'donation', 'price', 'gross'],
  at: ['at', 'time', 'date', 'timestamp', 'created_at', 'paid_at', 'completed_at', 'converted_at'],
};

/** As every click id of ours looks: key, claims, signature. */
const CLICK_ID = /^[a-z0-9]{1,8}\.[A-Za-z0-9._-]{5,200}\.[A-Za-z0-9_-]{16}$/;

/**
 * By heading, by `--map`, and for the click id by what the columns hold. Who it was is looked for
 * only where a burst is named, so that no address is sent that nobody asked for.
 */
export function conversionColumns(
  header: readonly string[],
  sample: readonly (readonly string[])[],
  chosen: { readonly [name: string]: string },
  burst?: string,
): ConversionColumns {
  for (const [name, heading] of Object.entries(chosen)) {
    if (!Object.hasOwn(NAMES, name)) {
      throw new CommandFailure(
        `--map ${name}=${heading}: a conversion has click, person, burst, id, value and at`,
        exitCodes.usage,
      );
    }
    if (!header.includes(heading)) {
      throw new CommandFailure(
        `--map ${name}=${heading}: there is no such column (there is ${header.join(', ')})`,
        exitCodes.usage,
      );
    }
  }
  const plain = header.map((heading) =>
    heading
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_'),
  );
  const place = (name: Name): number | undefined => {
    if (chosen[name] !== undefined) return header.indexOf(chosen[name]);
    const found = NAMES[name].map((one) => plain.indexOf(one)).find((index) => index >= 0);
    return found;
  };
  const places: { -readonly [name in Name]?: number | undefined } = {
    click: place('click') ?? holdingClicks(header.length, sample),
    ...peopleColumns(place, chosen, burst),
    id: place('id'),
    value: place('value'),
    at: place('at'),
  };
  if (places.click === undefined && places.person === undefined) {
    throw new CommandFailure(
      'no column holds click ids: say which with --map click=HEADING, or who it was with --burst BURST --map person=HEADING',
      exitCodes.usage,
    );
  }
  return Object.fromEntries(
    Object.entries(places).filter(([, column]) => column !== undefined),
  ) as ConversionColumns;
}

function peopleColumns(
  place: (name: Name) => number | undefined,
  chosen: { readonly [name: string]: string },
  burst: string | undefined,
): { readonly person?: number | undefined; readonly burst?: number | undefined } {
  const column = place('burst');
  if (burst === undefined && chosen.person === undefined && column === undefined) return {};
  return { person: place('person'), burst: burst === undefined ? column : undefined };
}

function holdingClicks(
  columns: number,
  sample: readonly (readonly string[])[],
): number | undefined {
  for (let column = 0; column < columns; column += 1) {
    if (sample.some((row) => CLICK_ID.test(row[column]?.trim() ?? ''))) return column;
  }
  return undefined;
}

/**
 * `25`, `25.00`, `1,234.50`, `1.234,50`, `€ 25,00` in minor units; with `isMinor` whole numbers as
 * they are. Undefined for what is no amount.
 */
export function amountOf(text: string, isMinor: boolean): number | undefined {
  const plain = text.replace(/[\s\p{Sc}\u00a0]|[A-Z]{3}/gu, '');
  if (isMinor) return /^\d{1,13}$/.test(plain) ? Number(plain) : undefined;
  const [, whole, cents = ''] =
    /^(\d+|\d{1,3}(?:[.,']\d{3})+)(?:[.,](\d{1,2}))?$/.exec(plain) ?? [];
  if (whole === undefined) return undefined;
  return Number(whole.replace(/\D/g, '')) * 100 + Number(cents.padEnd(2, '0'));
}

/**
 * ISO 8601; a blank for the T, and without a zone UTC. A day alone is its last second: whoever
 * clicked that day converted after the click. Undefined for what can be read in two ways.
 */
export function instantTextOf(text: string, now: number): string | undefined {
  const [, day, time, zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?(Z|UTC|[+-]\d\d:?\d\d)?)?$/.exec(
      text.trim(),
    ) ?? [];
  if (day === undefined) return undefined;
  const offset = zone === 'UTC' ? 'Z' : zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const instant = Date.parse(`${day}T${time ?? '23:59:59'}${offset}`);
  if (Number.isNaN(instant)) return undefined;
  const isToday = time === undefined && instant > now && instant - now < 86_400_000;
  return new Date(isToday ? now : instant).toISOString();
}
