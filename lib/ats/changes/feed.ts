import { rethrow } from '../../errors';
import { clock } from '../../clock';
import type { ChangeEvent } from '../model';
import { CursorRefused, type FeedEntry, type FeedPage, type FeedSource } from '../source';
import { messageOf, PollError } from '../../poll/failures';
import { inTime } from '../../poll/list/order';
import { forget, freshFeed, packFeed, unpackFeed, type FeedState } from './feedState';
import { storable } from '../../poll/state/storable';
import { fingerprint } from '../../poll/state/hash';
import type { PollHost } from '../../poll/host';
import { DAY, HOUR, POLL_LIMITS } from '../../poll/limits';
import { perTrigger, type ProcessState } from '../../poll/processState';
import type { PollResult } from '../../poll/result';
import { complainOnce } from '../../poll/state/corrupt';
import { LIMITS, type PollOptions } from './options';

/** A feed without any order must be read to its end each time: more pages than this are too many. */
const MAX_PAGES_UNORDERED = 100;

/** The unpacked state, and the stored texts that it stands for. */
const cacheOf = perTrigger<{ feed: { state: FeedState; standsFor: ReadonlyArray<string | undefined> } | null }>(() => ({ feed: null }));

interface FeedPoll {
	host: PollHost;
	processState: ProcessState;
	source: FeedSource;
	options: PollOptions;
	deadline: number;
	mayWrite(): boolean;
}

/** A poll of a feed that the vendor keeps itself: each entry that was not there before is an `activity.recorded`. */
export async function pollFeed({ host, processState, source, options, deadline, mayWrite }: FeedPoll): Promise<PollResult<ChangeEvent>> {
	const cache = cacheOf(processState);
	const text = host.read();
	const scope = fingerprint(source.provider, ...source.scope);
	const state = load(processState, text, scope);
	const first = state.lastRead === null;
	const read = await readFeed({ host, source, options, deadline }, state);
	if (!mayWrite()) return 'quiet';
	const items = inFeedOrder(read.fresh, state)
		.map(({ key, entry }) => eventOf(source, state, key, entry))
		.filter(({ event }) => options.events.length === 0 || options.events.includes(event));
	const lasting = first || read.wholeFeedRead;
	if (items.length === 0 && !lasting && read.remembered === 0) {
		cache.feed = { state, standsFor: [...new Set([...(cache.feed?.standsFor ?? []), text])].slice(-4) };
		return 'quiet';
	}
	const packed = packFeed(state);
	host.write(packed);
	cache.feed = { state, standsFor: items.length > 0 ? [packed] : [text, packed] };
	if (items.length > 0) return { items };
	return lasting ? 'commit' : 'quiet';
}

/** Among entries of one moment the order of the feed decides; which way round it is was learned. */
function inFeedOrder(fresh: FeedRead['fresh'], { order }: FeedState): FeedRead['fresh'] {
	const timeOf = ({ entry }: FeedRead['fresh'][number]) => entry.at ?? 0;
	if (order === null || order === 'none') return inTime(fresh, timeOf);
	return (order === 'newestFirst' ? [...fresh].reverse() : [...fresh]).sort((a, b) => timeOf(a) - timeOf(b));
}

/** A copy to work on: a poll that fails leaves the state as it was. */
function load(processState: ProcessState, text: string | undefined, scope: string): FeedState {
	const cache = cacheOf(processState);
	const cached = cache.feed?.standsFor.includes(text) ? cache.feed.state : null;
	let state = cached;
	if (!state) {
		try {
			state = text === undefined ? freshFeed(scope) : unpackFeed(text);
		} catch (error) {
			complainOnce(processState, text ?? '', error);
			state = freshFeed(scope, true);
		}
		cache.feed = null;
	}
	if (state.scope !== scope) state = freshFeed(scope);
	return { ...state, learning: { ...state.learning }, seen: new Map(state.seen) };
}

interface FeedRead {
	fresh: Array<{ key: string; entry: FeedEntry }>;
	remembered: number;
	wholeFeedRead: boolean;
}

async function readFeed({ host, source, options, deadline }: Pick<FeedPoll, 'host' | 'source' | 'options' | 'deadline'>, state: FeedState): Promise<FeedRead> {
	const read: FeedRead = { fresh: [], remembered: 0, wholeFeedRead: false };
	if (state.begun === null) beginRead(state, options);
	const copies = new Map<string, number>();
	const cursors = new Set<string>();
	let restarted = false;
	for (let pages = 0; ; ) {
		if (pages > 0 && (clock.now() + 2_000 > deadline || read.fresh.length >= options.cap)) return read;
		let page: FeedPage;
		try {
			page = await source.readPage({ cursor: state.cursor });
		} catch (error) {
			if (error instanceof CursorRefused && state.cursor !== null && !restarted) {
				restarted = true;
				state.cursor = null;
				state.full = true;
				continue;
			}
			if (pages === 0) return rethrow(error);
			host.log.warn(`${messageOf(error)}. The next poll goes on there`);
			return read;
		}
		pages++;
		if (state.begun === null) begin(state, page, options);
		for (const { id, reason } of page.unreadable ?? []) host.log.warn('An entry of the feed could not be read', { id, reason });
		const known = take(state, page, copies, read);
		const next = page.next ?? '';
		const end = next === '' || (!state.full && state.order === 'newestFirst' && known && olderThan(page, (state.lastRead ?? 0) - DAY));
		if (end) {
			endRead(state, read, source);
			return read;
		}
		if (cursors.has(next) || next === state.cursor) throw new PollError(`${source.label} gave the same page twice: its feed would never end`, { cause: 'temporarily-unavailable' });
		if (state.order === 'none' && pages >= MAX_PAGES_UNORDERED) {
			throw new PollError(`${source.label}'s feed comes in no order and is too long to be read as a whole with each poll`, { cause: 'configuration-invalid' });
		}
		cursors.add(next);
		state.cursor = storable(source.label, next, 'cursor');
	}
}

function beginRead(state: FeedState, { fullCheckHours }: PollOptions): void {
	const due = fullCheckHours > 0 && clock.now() - (state.fullAt ?? 0) >= fullCheckHours * HOUR;
	state.full = state.order === null || state.order === 'none' || due;
	// The oldest come first: what is new stands behind the last page read.
	if (state.full || state.order !== 'oldestFirst') state.cursor = null;
}

/** The first answer of a read tells the vendor's time. */
function begin(state: FeedState, page: FeedPage, { firstRun }: PollOptions): void {
	state.begun = page.date === null ? clock.now() - page.tookMs - POLL_LIMITS.unknownClockMs : page.date - page.tookMs;
	if (state.watchStart !== 0) return;
	state.watchStart = state.begun;
	if (state.rebuilt || firstRun.mode === 'silent') state.tellFrom = state.begun;
	else state.tellFrom = firstRun.mode === 'lookBack' ? state.begun - firstRun.days * DAY : null;
}

/** Remembers a page; true when all of it was known. */
function take(state: FeedState, page: FeedPage, copies: Map<string, number>, read: FeedRead): boolean {
	let known = true;
	for (const entry of page.entries) {
		learn(state, entry.at);
		const key = keyOf(entry, copies);
		if (state.seen.has(key)) continue;
		known = false;
		state.seen.set(key, entry.at ?? 0);
		read.remembered++;
		if (isNews(state, entry)) read.fresh.push({ key, entry });
	}
	return known;
}

function isNews({ tellFrom, lastRead, forgottenUpTo }: FeedState, { at }: FeedEntry): boolean {
	if (at !== null && at <= forgottenUpTo) return false;
	if (tellFrom === null) return true;
	// In the first read only what is dated from then on is new; later everything that was not there.
	return lastRead === null ? at !== null && at >= tellFrom : at === null || at >= tellFrom - LIMITS.createdSlackMs;
}

/** Its id; without one its content, and which of the equal ones it is. */
function keyOf({ id, at, applicationId, activity }: FeedEntry, copies: Map<string, number>): string {
	if (id !== null) return fingerprint('id', id).slice(0, 16);
	// The vendor's own record is there only on request: asking for it must not make every entry look new.
	const content = fingerprint('content', String(at), applicationId ?? '', JSON.stringify({ ...activity, raw: undefined }));
	const copy = copies.get(content) ?? 0;
	copies.set(content, copy + 1);
	return fingerprint(content, String(copy)).slice(0, 16);
}

function learn({ learning, order }: FeedState, at: number | null): void {
	if (order !== null || at === null) return;
	if (learning.last !== null && at > learning.last) learning.rising++;
	if (learning.last !== null && at < learning.last) learning.falling++;
	learning.last = at;
}

function endRead(state: FeedState, read: FeedRead, { label }: FeedSource): void {
	if (state.order === null) {
		const { rising, falling } = state.learning;
		// Entries of late arrival disturb an order; a twentieth of them does not destroy it. Too few to tell: read all again.
		if (rising + falling >= 2) state.order = falling * 20 <= rising ? 'oldestFirst' : rising * 20 <= falling ? 'newestFirst' : 'none';
		else state.learning = { rising: 0, falling: 0, last: null };
	}
	if (state.full) {
		state.fullAt = clock.now();
		read.wholeFeedRead = state.order !== 'none' && state.order !== null;
	}
	state.lastRead = state.begun;
	state.begun = null;
	if (state.order !== 'oldestFirst') state.cursor = null;
	if (!forget(state)) {
		throw new PollError(`${label}'s feed has more entries without a time than can be remembered, so new ones cannot be told from old ones`, { cause: 'configuration-invalid' });
	}
}

function olderThan({ entries }: FeedPage, time: number): boolean {
	return entries.length > 0 && entries.every(({ at }) => at !== null && at < time);
}

function eventOf({ provider }: FeedSource, { scope, birth }: FeedState, key: string, entry: FeedEntry): ChangeEvent {
	return {
		event: 'activity.recorded',
		eventId: fingerprint(scope, birth, key),
		occurredAt: entry.at === null ? null : new Date(entry.at).toISOString(),
		detectedAt: new Date(clock.now()).toISOString(),
		provider,
		applicationId: entry.applicationId,
		changes: [],
		application: null,
		activity: entry.activity,
	};
}
