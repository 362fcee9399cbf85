/** A nightly part: sizes and seed from the environment, progress as it comes, one last line, and what was wrong before it. */

/** A whole number from the environment. */
export const sizeOf = (name: string, usual: number): number => {
  const found = process.env[name]
  if (found === undefined || found === '') return usual
  const size = Number(found)
  if (!Number.isInteger(size) || size < 1) throw new Error(`Cannot read ${name}: wanted a whole number from 1, found ${found}`)
  return size
}

/** A new seed a day, unless told: a nightly run is to see what the one before did not. */
export const seedOf = (name: string): number => sizeOf(name, Math.floor(Date.now() / 86_400_000))

export interface Outcome {
  readonly text: string
  readonly isClean: boolean
  readonly complaints: ReadonlyArray<string>
}

/** Runs the part and ends the process: 0 when nothing was wrong, else 1, after the command that does it again. */
export const runPart = async (name: string, again: string, part: () => Promise<Outcome>): Promise<never> => {
  try {
    const { text, isClean, complaints } = await part()
    for (const complaint of complaints) console.log(complaint)
    if (!isClean) console.log(`again: ${again}`)
    console.log(`${name}: ${text}`)
    process.exit(isClean ? 0 : 1)
  } catch (error) {
    console.log(error instanceof Error ? error.stack : String(error))
    console.log(`again: ${again}`)
    console.log(`${name}: could not be carried through`)
    process.exit(1)
  }
}
