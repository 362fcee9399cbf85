/** The embedded containerd under Deno: real processes and gRPC on a unix socket. The same list runs under tap. */
import { standCases } from '../shell/embedded/stand_cases.ts'

for (const { name, run } of standCases) {
  Deno.test({
    name,
    fn: async () => {
      await run()
    },
    // grpc-js lets go of its sockets and timers only after a close.
    sanitizeOps: false,
    sanitizeResources: false,
  })
}
