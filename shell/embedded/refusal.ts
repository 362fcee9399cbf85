/**
 * How the embedded containerd says no: a gRPC status code and containerd's own text, and the rule for names.
 * Knows codes and wordings, not which call is refused when.
 *
 * @module
 */
import { status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'

/** A call that is answered with an error. */
export interface Refusal {
  readonly code: status
  readonly message: string
}

/** What a handler answers. */
export type Answer<A> = E.Either<Refusal, A>

export const refusal = (code: status, message: string): Refusal => ({ code, message })

/** Answers `NOT_FOUND`; containerd appends the class to the text, clients strip it. */
export const notFound = (what: string): Answer<never> => E.left(refusal(status.NOT_FOUND, `${what}: not found`))

export const alreadyExists = (what: string): Answer<never> => E.left(refusal(status.ALREADY_EXISTS, `${what}: already exists`))

export const invalid = (what: string): Answer<never> => E.left(refusal(status.INVALID_ARGUMENT, `${what}: invalid argument`))

/** A plain error of the shim, which reaches clients as `UNKNOWN`. */
export const unknown = (what: string): Answer<never> => E.left(refusal(status.UNKNOWN, `${what}: unknown`))

/** What every call to a shim ends with when its connection closes: the shim died. */
export const shimClosed: Refusal = refusal(status.UNKNOWN, 'ttrpc: closed: unknown')

/** containerd does not know the container, whatever its task may be doing. */
export const noContainer = (namespace: string, id: string): Answer<never> => notFound(`container "${id}" in namespace "${namespace}"`)

/** containerd has no shim under this id. The one text without the class at its end. */
export const noTask = (id: string): Answer<never> => E.left(refusal(status.NOT_FOUND, `task ${id} not found`))

const identifier = /^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$/

/** Whether containerd takes this as the name of a namespace, a container or a part of a topic. */
export const isIdentifier = (name: string): boolean => name.length <= 76 && identifier.test(name)

/**
 * The namespace of a call, from its metadata.
 *
 * @example
 * ```ts ignore
 * namespaceOf('') // Left: FAILED_PRECONDITION, "namespace is required: failed precondition"
 * ```
 */
export const namespaceOf = (header: string): Answer<string> => {
  if (header === '') return E.left(refusal(status.FAILED_PRECONDITION, 'namespace is required: failed precondition'))
  if (!isIdentifier(header)) return invalid(`namespace validation: identifier "${header}" must match ${identifier.source}`)
  return E.right(header)
}
