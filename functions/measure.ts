// Once a minute: keeps the counts of what was sent, and final reports when they are due.

import { createFeedbackPorts } from '#environment/feedback-ports.ts';
import { createMeasure } from '#feedback/measure.ts';

const measure = createMeasure(createFeedbackPorts());

export async function handler(): Promise<void> {
  await measure();
}
