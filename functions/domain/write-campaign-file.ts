// A campaign file's values as text again.

import { stringify } from 'yaml';
import type { CampaignFile } from './campaign-file.ts';

/**
 * YAML of which `readCampaignFile` makes the very same values. Comments belong to the text that
 * was read and are not in the values: whoever edits a file by machine keeps its text.
 */
export function writeCampaignFile(file: CampaignFile): string {
  return stringify(file, { aliasDuplicateObjects: false, lineWidth: 100 });
}
