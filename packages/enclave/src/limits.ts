/** Limits of the trusted core: every queue, cache and timeout has its name here. */

/** Opened signing keys kept in locked memory; the least recently used is erased first. */
export const openedKeysMax = 4096
/** An opened key that signs nothing for so long is erased. */
export const openedKeyIdleMs = 10 * 60_000
/** Changes of one wallet that a zone remembers to have agreed to. */
export const openedChangesMax = 64
/** Requests that wait for approvals, or did of late, in one zone. */
export const waitsMax = 10_000
/** How long it is kept what became of them. */
export const waitKeptMs = 7 * 24 * 3_600_000
/** Sealed sessions that one node keeps. */
export const sessionsMax = 20_000
/** How long a creation or a change waits for the zones that its durability needs. */
export const durabilityWaitMs = 10_000
/** Default of a wallet's `staleAfter`: how old a replica's last word may be when it signs. */
export const staleAfterMsDefault = 60 * 60_000
/** Accounts whose addresses are derived in one request. */
export const accountsPerRequestMax = 32
/** Wallet documents kept parsed; the index of all wallets is kept besides. */
export const walletsCachedMax = 4096
/** States of managed objects kept parsed. */
export const statesCachedMax = 4096
/** Earlier epochs of which a managed object's state names the last version. */
export const stateEpochsMax = 16
/** Identities of one boot that live at the same time: the one that is shown, and those before. */
export const identitiesLiveMax = 3
/** When the next identity is tried again, at the latest. */
export const identityRetryMsMax = 60_000
/** How often the collateral that goes with the evidence is read again. */
export const collateralRefreshMs = 60 * 60_000
/** Wallets in one answer to a peer's inventory question. */
export const inventoryPageWallets = 500
/** Of marks in one page of their inventory, but for those of the wallet that fills it. */
export const inventoryPageMarks = 1000
/** A node that owes an answer for so long is asked after the others of its zone. */
export const lateAnswerMs = 1000
/** So also one that gave no answer at all, for so long. */
export const lateNodeMs = 10_000
/** A node that owes an answer for so long is asked for a sign of life, where somebody waits. */
export const probePeerAfterMs = 700
export const probePeerTimeoutMs = 1000
/** How long one question to a peer may take. */
export const peerTimeoutMs = 5000
/** Wallets whose replication a node drives at once, for each zone. */
export const outboxBatchRecords = 64
/** Of these, sent at once. */
export const outboxInFlight = 8
/** What a zone is owed beyond is not listed: one mark stands for it. */
export const outboxPerZoneMax = 4096
/** When what a zone refused is sent again: twice as late each time. */
export const outboxBackoffMsMin = 2000
export const outboxBackoffMsMax = 5 * 60_000
/** Records fetched from one zone at once. */
export const fetchesInFlight = 8
/** Where wallets that are not here were found last. */
export const locationsCachedMax = 10_000
/** How long one request of a client may take, with every node that it passes. */
export const requestTimeoutMs = 15_000
/** How often a node of a shared store writes its beat. */
export const beatIntervalMs = 200
/** How long ago the last beat began that the watch has returned; an older one stops answers. */
export const beatAgeMsMax = 800
/** Beats whose outcome is not known yet: a store that stalls must not put off the next ones. */
export const beatsInFlightMax = 32
/** A node whose beats stopped so long ago is forgotten, and what it wrote is deleted. */
export const deadBeatMs = 30_000
/** A beat without an answer by then is given up, and another member of the store is asked. */
export const beatDeadlineMs = 1000
/** A watch that has returned no beat for so long is opened anew; again after as long. */
export const silentWatchMs = 1500
/** How long a start waits for its first beat to return. */
export const firstBeatMs = 5000
/** The pause before a shared store is read anew that did not answer. */
export const followPauseMs = 250
/** Every so many rounds all nodes of a zone send what is owed, not the leading one alone. */
export const followerRounds = 5
/** How long a home is silent before another zone of the placement takes its wallets over. */
export const failoverAfterMsDefault = 60_000
/** How much longer each next zone of the placement waits, so that they do not compete. */
export const failoverStaggerMs = 4000
/** How long a zone may take to fetch what decided without it, and to be told of a statement. */
export const homeOrderTimeoutMs = 10_000
/** Governors' statements on homes that a node keeps until they are carried out or expire. */
export const homeStatementsMax = 16
/** New wallets of which other zones are asked in one round whether enough hold them. */
export const acknowledgeBatchWallets = 64
/** Wallets that a new home sends on in one round. */
export const reissueBatchWallets = 256
/** How often, and after which pause, a node that booted asks a peer anew for all it remembers. */
export const bootCompareAttempts = 10
export const bootComparePauseMs = 200
/** How long a request waits for the zones that a node still has to hear after its boot. */
export const bootRuleWaitMs = 3000
/** How often what is owed to other zones is tried again. */
export const catchUpIntervalMs = 2000
/** How often the zones that a node reaches are asked whether they hold the same. */
export const reconcileIntervalMs = 30_000
/** Wallets, and managed objects, that are read anew in one round of `catchUpIntervalMs`. */
export const scrubRecordsPerRound = 64
/** From the end of one pass over the store to the next. */
export const scrubPauseMs = 60_000
/** Where more buckets than this differ, all is compared at once. */
export const reconcileBucketsMax = 32
/** How long it may take to say what time it is, which costs no work. */
export const timeAnswerMs = 2000
/** How often another zone is asked for its clock. */
export const timeRefreshMs = 2000
/** How old another zone's word on the time may be where it counts. */
export const timeReadingMsMax = 10_000
/** Sets of zones for which the highest agreed time is kept. */
export const timeFloorsMax = 256
/** Wallets whose counting a node keeps in memory; another counts as after a restart. */
export const countedWalletsMax = 4096
/** The parts in which a zone takes its share of a limit for counting in memory. */
export const blocksPerShare = 16n
/** Transfers of shares that a zone keeps for one counter and window. */
export const transfersPerWindowMax = 64
/** Counters of one wallet that a zone remembers. */
export const countersPerWalletMax = 1024
/** Wallets that are asked for at once after a start, listed on one page, and waiting at most. */
export const recoveriesAtOnceMax = 32
export const countPageMax = 500
export const countedListMax = 100_000
/** After so long without an answer a zone asks the next one for a share, too. */
export const nextGiverAfterMs = 300
/** How long a zone asks no other for a share after none had any. */
export const transferPauseMs = 1000
/** Charged requests that a node remembers until they expire; more are found at its next start. */
/** Charges that another zone may have made too: of a wallet in one message, and remembered. */
export const chargesAskedMax = 64
export const doubtfulChargesMax = 1000
/** Charges of a wallet that this incarnation can still give back. */
export const refundableChargesMax = 256
/** How often another zone is asked at first and at last, each time half as often. */
export const refundAskMinMs = 2000
export const refundAskMaxMs = 60_000
export const chargesRememberedMax = 100_000
/** Records of a wallet that left which are deleted at once. */
export const erasureBatchRecords = 64
/** Expired charges that are deleted at once, and intents on one page for a peer. */
export const chargesSweptMax = 64
export const intentPageMax = 1000

/** Decisions in one page of the log. */
export const auditPageEntries = 256
/** Decisions that may wait to be stored; beyond, nothing is granted. */
export const auditPendingMax = 4096
/** Links of the log that are kept for witnesses that are behind. */
export const auditLinksKept = 8192
/** Links that one message to a witness carries. */
export const auditLinksSent = 2048
/** How often other zones are shown how far the log has come. */
export const auditWitnessIntervalMs = 1000
/** Pages of the log that one answer shows at most. */
export const auditPagesShown = 4

/** Guesses at a password between two right ones: of strangers, and of devices that logged in. */
export const strangerGuessesMax = 10
export const deviceGuessesMax = 20
/** Guesses of one KMIP certificate at the credential of objects between two right ones. */
export const kmipOwnerGuessesMax = 10
/** How long a login lets its request key sign. */
export const loginTicketLifetimeMs = 60 * 60_000
/** How long after a login its password can be changed. */
export const passwordChangeAfterLoginMs = 5 * 60_000
/** How long a device is known after its last login. */
export const deviceTicketLifetimeMs = 180 * 24 * 3_600_000
