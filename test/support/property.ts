/** The two shapes that tests take when both runtimes run them: neither knows tap or Deno. */
import type { IAsyncProperty, IProperty } from 'fast-check'

/** A property; the registrars hand it to `fc.assert`. */
export interface Prop {
  readonly name: string
  // The type of the drawn values differs per property, and fast-check's own runner takes any of them.
  // deno-lint-ignore no-explicit-any -- see above
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
  readonly property: IProperty<any> | IAsyncProperty<any>
  readonly runs?: number
}

/** A case that throws (or rejects) when it does not hold. */
export interface Vector {
  readonly name: string
  readonly run: () => void | Promise<void>
}
