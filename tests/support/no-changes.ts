import type { ChannelEvents } from '../../src/channels/channel.ts'

/** A listener that cares for messages alone. */
export const noChanges: Pick<ChannelEvents, 'edited' | 'deleted' | 'reacted' | 'ownerWrote'> = {
  edited: async () => undefined,
  deleted: async () => undefined,
  reacted: async () => undefined,
  ownerWrote: async () => undefined,
}
