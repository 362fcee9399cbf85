/**
 * Where containerd's socket is: reads the forms in which people write it.
 *
 * @module
 */

/** The path in `/run/x.sock`, `unix:/run/x.sock` or `unix:///run/x.sock`. Anything else is taken for a path, as ctr does. */
export const socketPath = (address: string): string => address.replace(/^unix:(\/\/)?/, '')
