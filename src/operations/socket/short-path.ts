import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

/** Longest path that every system takes for a socket: 104 bytes on macOS and BSD, 108 on Linux, the end mark included. */
const SOCKET_PATH_MOST_BYTES = 103

/** A path under which a socket can be made or found, while the returned handle is not disposed of. */
export interface SocketAddress extends AsyncDisposable {
  readonly path: string
}

/**
 * The system refuses socket paths of more than about a hundred bytes. Such a one is reached through a short link to its
 * folder, in a private folder of its own; the socket itself lies where it belongs, and the link is needed no longer
 * once the socket is bound or connected.
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
