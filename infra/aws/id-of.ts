// Names of the definition as construct ids: `feedback-dead` is FeedbackDead.

export function idOf(name: string): string {
  return name.replace(/(?:^|[-_])(\w)/g, (_, letter: string) => letter.toUpperCase());
}
