/** Gives a socket a path that is short enough for the operating system. */
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

/** Longest socket path that every system accepts: 104 bytes on macOS and BSD, 108 on Linux, including the final NUL. */
const SOCKET_PATH_MOST_BYTES = 103

/** A path that reaches a socket until it is disposed of. */
export interface SocketAddress extends AsyncDisposable {
  readonly path: string
}

/**
 * Systems reject socket paths of more than about a hundred bytes. A longer path is reached through a short link to its
 * folder, in a private temporary folder. The socket itself stays where it belongs; the link is not needed once the
 * socket is bound or connected.
 */
export const socketAddress = async (path: string): Promise<SocketAddress> => {
  const whole = resolve(path)
  if (Buffer.byteLength(whole) <= SOCKET_PATH_MOST_BYTES) {
    return { path: whole, [Symbol.asyncDispose]: () => Promise.resolve() }
  }
  const folder = await mkdtemp(join(tmpdir(), 'denidin-'))
  const link = join(folder, 'run')
  await symlink(dirname(whole), link, 'dir')
  return {
    path: join(link, basename(whole)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
