// The options of `volley audience`, apart from what carries them out: help needs them alone.

export const importOptions = {
  list: {
    type: 'string',
    value: 'LIST',
    about: 'the list it goes into; else the name of the file',
  },
  map: {
    type: 'string',
    multiple: true,
    value: 'NAME=HEADING',
    about: 'what a column means: email=E-Mail; -=HEADING leaves one out',
  },
  rejects: { type: 'string', value: 'FILE', about: 'where rows that were not taken are written' },
  'consent-source': {
    type: 'string',
    value: 'TEXT',
    about: 'vouch for the whole file: where these people agreed',
  },
  'consent-at': { type: 'string', value: 'DAY', about: 'since when; else now' },
  basis: { type: 'string', value: 'BASIS', about: 'consent, contract or legitimate-interest' },
  'dry-run': { type: 'boolean', about: 'judge every row and change nothing' },
} as const;

export const showOptions = {
  segment: {
    type: 'string',
    value: 'RULE',
    about: "whom a segment selects: '{field: country, is: FR}', or @FILE",
  },
  who: { type: 'string', value: 'ADDRESS', about: 'why this person is in, or is not' },
} as const;

export const exportOptions = {
  out: { type: 'string', value: 'FILE', about: 'write there instead of standard output' },
} as const;
