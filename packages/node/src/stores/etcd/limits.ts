/** Limits of the etcd store: deadlines of calls, sizes of messages, pace of watches. */

/** A commit that has no answer by then is unknown; an election of etcd takes 1–3 s (FACTS). */
export const commitDeadlineMs = 5000
/**
 * How long a call goes on waiting for a member that was given up once another has answered: at the
 * end of an election all answer at about the same time.
 */
export const givenUpGraceMs = 250
/** A read, with all its attempts; one attempt, before another member is asked. */
export const readDeadlineMs = 6000
export const readAttemptMs = 2000
export const readPauseMs = 50
/** How long a start waits for the cluster. */
export const openDeadlineMs = 15_000
/** How long one member has to take a connection before another is tried. */
export const connectAttemptMs = 500
/** Reconnecting to one member: doubled from the first to the last. */
export const reconnectMsMin = 100
export const reconnectMsMax = 1000

/** etcd takes requests of 1.5 MiB (`--max-request-bytes`). */
export const requestBytesMax = 2 * 1024 * 1024
/** A larger page is asked for again with fewer records. */
export const responseBytesMax = 16 * 1024 * 1024
/** Records of one page of a scan. */
export const pageRecordsMax = 1024

/** A watch reads no more while so many bytes of events wait for its reader. */
export const watchBufferBytesMax = 8 * 1024 * 1024
/** A watch that heard nothing for so long asks for a sign of life. */
export const watchProgressMs = 1500
/** A stream that is silent for so long is cut and resumed. */
export const watchSilenceMs = 5000
/** Pauses before a watch is resumed: doubled from the first to the last. */
export const watchPauseMsMin = 50
export const watchPauseMsMax = 1000
