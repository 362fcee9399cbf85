/**
 * What a peer did that the protocol does not allow, in one line. Whoever meets one cuts the peer off; nothing is thrown, and nothing
 * of what came after it is looked at.
 *
 * @module
 */

export interface ProtocolFault {
  readonly _tag: 'ProtocolFault'
  readonly message: string
}

export const protocolFault = (message: string): ProtocolFault => ({ _tag: 'ProtocolFault', message })
