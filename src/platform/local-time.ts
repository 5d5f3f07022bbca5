/** Times in sentences for the operator, in the time zone of the machine. */

const LOCAL_TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' })

/** `28 November 2026 at 14:05` */
export const localTime = (at: number): string => LOCAL_TIME.format(at)
