/** So many at once: the plainest way to do it, for what is measured against. */

export const atOnce = async <A>(lanes: number, items: ReadonlyArray<A>, go: (item: A) => Promise<void>): Promise<void> => {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await go(item)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
