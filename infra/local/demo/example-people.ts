// The two thousand people of the example: none of them exists, and the same seed makes the same.

import { seededRandom } from './seeded-random.ts';

const FIRST =
  'Ada Aisha Alejandro Alma Amara Amir Ana Anders Anh Anita Antonio Aria Astrid Ben Bianca Bilal Caleb Camila Carla Chen Chloe Claire Clara Dalia Daniel Dara David Deepa Diego Dina Elena Eli Elif Emil Emma Enzo Esther Eva Fatima Felix Fiona Freya Gabriel Gita Grace Hana Hannah Hassan Hugo Ibrahim Ida Imani Ines Ingrid Isaac Ivan Jada James Jamal Jana Javier Jin Joan Jonas Jose Julia Kai Karim Keiko Kofi Lara Layla Leah Leo Lena Lin Lucas Luisa Maja Malik Marco Maria Marta Mateo Maya Mei Mia Miguel Mila Mina Moses Nadia Naomi Nia Niko Nina Noah Nora Nuru Olga Omar Oscar Paula Pedro Petra Priya Quinn Rafael Ravi Rosa Ruth Sami Sara Sean Selma Sofia Sven Tara Theo Tomas Uma Vera Viktor Wanda Will Yara Yusuf Zara Zoe'.split(
    ' ',
  );
const LAST =
  'Abbott Adeyemi Ahmed Alvarez Andersen Baker Banerjee Barnes Bauer Becker Bennett Berg Blake Bose Brandt Brooks Campos Carter Castro Chang Chavez Clarke Cohen Costa Cruz Dahl Davis Diaz Dixon Doyle Ellis Evans Farah Fischer Flores Fontaine Foster Garcia Ghosh Gomez Grant Greene Gupta Hall Hansen Haddad Harris Hayes Hill Hoang Holm Hughes Ito Jackson Jansen Jensen Jones Kaplan Kaur Keller Khan Kim King Klein Kovac Kumar Lam Lang Larsen Lee Lewis Lopez Lund Mason Mbeki Meyer Miller Mitra Molina Moore Morales Moreau Murphy Nair Nakamura Nelson Nguyen Novak Nunez Okafor Olsen Ortiz Owens Park Patel Perez Pham Pinto Price Quist Ramos Reed Reyes Rios Rossi Roy Ruiz Sato Schmidt Shah Silva Singh Soto Stein Stone Suzuki Takeda Tan Thomas Torres Turner Vargas Vega Wagner Walsh Wang Weber Wells West Wong Wright Yang Young Zhang'.split(
    ' ',
  );
/** Few domains and many people behind one of them, as in a real list. */
const DOMAINS = [
  ['example.com', 0.55],
  ['example.org', 0.25],
  ['mail.example.com', 0.12],
  ['office.example.org', 0.08],
] as const;
const ZONES = [
  ['America/New_York', 0.46],
  ['America/Chicago', 0.27],
  ['America/Denver', 0.09],
  ['America/Los_Angeles', 0.18],
] as const;
const COUNTIES = ['Alder', 'Birch', 'Cedar', 'Hazel', 'Juniper', 'Linden', 'Maple', 'Rowan'];

export interface ExamplePerson {
  readonly email: string;
  readonly firstName: string;
  readonly donor: boolean;
  readonly county: string;
  readonly zone: string;
}

export const PEOPLE = 2_000;
const BOUNCES = 12;
const COMPLAINTS = 1;
const SUPPRESSED = 9;

/** @returns the list, and those of it who asked earlier not to be written to */
export function examplePeople(seed = 20_281_107): {
  people: ExamplePerson[];
  suppressed: string[];
} {
  const random = seededRandom(seed);
  const taken = new Set<string>();
  const people = Array.from({ length: PEOPLE }, (_, index) => person(index, random, taken));
  const suppressed = Array.from(
    { length: SUPPRESSED },
    (_, index) => people[100 + index * 211]?.email ?? '',
  );
  return { people, suppressed };
}

function person(index: number, random: () => number, taken: Set<string>): ExamplePerson {
  const firstName = pick(FIRST, random);
  const lastName = pick(LAST, random);
  const domain = weighted(DOMAINS, random);
  const zone = weighted(ZONES, random);
  const donor = random() < 0.3;
  const county = pick(COUNTIES, random);
  const plain = `${firstName}.${lastName}`.toLowerCase();
  let local = special(index) ?? plain;
  for (let count = 2; taken.has(`${local}@${domain}`); count += 1) local = `${plain}${count}`;
  const email = `${local}@${domain}`;
  taken.add(email);
  return { email, firstName, donor, county, zone };
}

/** Spread over the list: addresses that answer as those of the SES mailbox simulator do. */
function special(index: number): string | undefined {
  const every = Math.floor(PEOPLE / BOUNCES);
  if (index % every === 60) return `bounce+${index}`;
  const apart = Math.floor(PEOPLE / COMPLAINTS);
  return index % apart === 333 ? `complaint+${index}` : undefined;
}

export function toCsv(people: readonly ExamplePerson[]): string {
  const rows = people.map(({ email, firstName, donor, county, zone }) =>
    [email, firstName, donor ? 'yes' : 'no', county, zone].join(','),
  );
  return `email,first_name,donor,county,zone\n${rows.join('\n')}\n`;
}

function pick(values: readonly string[], random: () => number): string {
  return values[Math.floor(random() * values.length)] ?? '';
}

function weighted(values: readonly (readonly [string, number])[], random: () => number): string {
  const draw = random();
  let edge = 0;
  for (const [value, weight] of values) {
    edge += weight;
    if (draw < edge) return value;
  }
  return values[0]?.[0] ?? '';
}
