import type { ChannelEvents } from '../../src/channels/channel.ts'

/** A listener that cares for messages alone, those that it hears as they come. */
export const noChanges: Pick<ChannelEvents, 'missed' | 'heardUntil' | 'edited' | 'deleted' | 'reacted' | 'ownerWrote'> =
  {
    missed: async () => undefined,
    heardUntil: async () => new Map(),
    edited: async () => undefined,
    deleted: async () => undefined,
    reacted: async () => undefined,
    ownerWrote: async () => undefined,
  }
