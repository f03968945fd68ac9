// The body of SendBulkEmail, built once for the SDK and for the hand-signed call alike.

import type { BulkEntry, BulkRequest, NameValue } from '#domain/ports.ts';

/** The request in SES's own words; the order of the keys is the one the SDK writes. */
export function bulkBody(request: BulkRequest) {
  return {
    DefaultContent: {
      Template: {
        TemplateContent: { Subject: request.subject, Text: request.text, Html: request.html },
        TemplateData: '{}',
      },
    },
    BulkEmailEntries: request.entries.map(entryBody),
    FromEmailAddress: request.from,
    ...(request.replyTo !== undefined && { ReplyToAddresses: [request.replyTo] }),
    ConfigurationSetName: request.configurationSet,
  };
}

function entryBody(entry: BulkEntry) {
  return {
    // One recipient an entry, always: an entry with several is left out of delivery insights.
    Destination: { ToAddresses: [entry.to] },
    ReplacementTags: entry.tags.map(pair),
    ReplacementEmailContent: {
      ReplacementTemplate: { ReplacementTemplateData: JSON.stringify(entry.slots) },
    },
    ReplacementHeaders: entry.headers.map(pair),
  };
}

function pair(given: NameValue) {
  return { Name: given.name, Value: given.value };
}
