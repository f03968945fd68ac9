// Instants, numbers and shares as people read them: the same text on every machine.

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `Thu 4 Mar, 10:00` in the zone the burst was planned in. */
export function sayTime(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const weekday = new Date(Date.UTC(of('year'), of('month') - 1, of('day'))).getUTCDay();
  const clock = `${String(of('hour')).padStart(2, '0')}:${String(of('minute')).padStart(2, '0')}`;
  return `${DAYS[weekday]} ${of('day')} ${MONTHS[of('month') - 1]}, ${clock}`;
}

/** `79,412`; a fraction keeps as many digits as say something. */
export function number(value: number): string {
  const [whole = '0', fraction] = String(value).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** `3.1 %`, with a digit more below one. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value.toFixed(value !== 0 && Math.abs(value) < 1 ? 2 : 1)} %`;
}

/** Minor units of money without a currency: `12.50`. */
export function money(minor: number): string {
  return number(Number((minor / 100).toFixed(2)))
    .replace(/^(-?[\d,]+)$/, '$1.00')
    .replace(/\.(\d)$/, '.$10');
}
