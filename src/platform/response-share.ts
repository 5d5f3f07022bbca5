/** For how many of the answers a limit of the response time holds: one rule for alerts and for rollouts. */

/** This share of the answers must be within the limit. */
export const RESPONSE_SHARE = 0.95

/** Whether more answers than that exceed the limit. */
export const areTooManySlow = (slow: number, answers: number): boolean => slow > (1 - RESPONSE_SHARE) * answers
