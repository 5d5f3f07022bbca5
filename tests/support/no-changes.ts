import type { ChannelEvents } from '../../src/channels/channel.ts'
import type { IncomingMessage } from '../../src/messages/message.ts'

/** A listener that cares for messages alone, those that it hears as they come. */
export const noChanges: Pick<
  ChannelEvents,
  'backfilled' | 'recordedUntil' | 'edited' | 'deleted' | 'reacted' | 'ownerWrote'
> = {
  backfilled: async () => undefined,
  recordedUntil: async () => new Map(),
  edited: async () => undefined,
  deleted: async () => undefined,
  reacted: async () => undefined,
  ownerWrote: async () => undefined,
}

/** A listener for what people write: what is said as a channel becomes able to hear may be told as missed. */
export const hearing = (
  hear: (message: IncomingMessage) => void,
): typeof noChanges & Pick<ChannelEvents, 'message'> => ({
  ...noChanges,
  message: async message => {
    hear(message)
  },
  backfilled: async ({ said }) => {
    for (const each of said) if (each.by === 'person') hear(each.message)
  },
})
