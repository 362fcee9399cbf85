/**
 * Things of one name one after the other, things of different names side by side. What is not needed any more is forgotten.
 *
 * @module
 */

/** Does `job` after all jobs of this name that were given before. A job must not reject. */
export type Turns = <A>(name: string, job: () => Promise<A>) => Promise<A>

export const inOrder = (): Turns => {
  const last = new Map<string, Promise<unknown>>()
  return (name, job) => {
    const before = last.get(name)
    const mine = before === undefined ? job() : before.then(job)
    last.set(name, mine)
    void mine.then(() => {
      if (last.get(name) === mine) last.delete(name)
    })
    return mine
  }
}
