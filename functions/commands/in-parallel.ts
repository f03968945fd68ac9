// The same for many, some at a time.

/** Answers in the order of what was given. The first error ends it; what is under way runs out. */
export async function inParallel<T, R>(
  all: readonly T[],
  atOnce: number,
  each: (one: T, index: number) => Promise<R>,
): Promise<R[]> {
  const answers: R[] = new Array(all.length);
  let next = 0;
  let isOver = false;
  const work = async (): Promise<void> => {
    while (next < all.length && !isOver) {
      const index = next;
      next += 1;
      try {
        answers[index] = await each(all[index] as T, index);
      } catch (error) {
        isOver = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, work));
  return answers;
}
