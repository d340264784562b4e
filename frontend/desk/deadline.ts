/** The last moment before a deadline, which is the beginning of the day after its last day: to be shown as a day. */
export const lastMoment = (end: string): string => new Date(Date.parse(end) - 1).toISOString();
