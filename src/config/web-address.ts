/** Checks the address of a service. */

/** A second scheme after the first, as in `http://http://host`: URL takes it for a host name. */
const SCHEME_TWICE = /^https?:\/\/https?:?\/\//i

/** Whether a text is a complete address of a web service. URL itself accepts spaces and what follows them. */
export const isWebAddress = (text: string): boolean =>
  /^https?:\/\/\S+$/i.test(text) && !SCHEME_TWICE.test(text) && URL.canParse(text)
