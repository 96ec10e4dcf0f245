/* What a person should know of a connection before relying on it. Reads only, and puts out no personal data: it can be pasted into an issue. */
import { clock } from '../clock';
import { ApiError } from '../errors';
import { isObject, type Answer } from '../http/apiDefinition';
import { readRate } from '../http/rate';
import { NOT_SPECIFIED, type ModelKey } from './model';
import type { CheckedPart, Operations, Provider } from './provider';
import type { ChangeSource, Source, SourcePage } from './source';
import { DAY } from '../poll/limits';

export interface Check {
	check: string;
	status: 'ok' | 'warning' | 'problem';
	message: string;
	evidence: string;
}

export interface Connection {
	provider: Pick<Provider, 'label' | 'capabilities' | 'rights' | 'confidential' | 'words'>;
	operations: Operations;
	/** For the trigger; null where the provider cannot be polled. */
	source: (() => Promise<Source>) | null;
	/** Answers that the client has seen so far. */
	answers: readonly Answer[];
}

/** A clock may differ by this much before anybody notices. */
const SKEW_MS = 2 * 60_000;
/** Rows looked at, for what counts repeats and unknown words. */
const ROWS = 200;
/** Pages read for an estimate. */
const PAGES = 10;
/** What the trigger remembers of an application, about. */
const STATE_BYTES = 70;

const PARTS: Readonly<Record<CheckedPart, string>> = {
	applications: 'Applications', candidates: 'Candidates', jobs: 'Jobs', stages: 'Stages', interviews: 'Interviews',
	offers: 'Offers', rejectionReasons: 'Rejection Reasons', users: 'Users', tags: 'Tags',
};

/** All checks, one after the other: the first one that fails for the key or the address ends it, since the rest would say the same. */
export async function* checkConnection(connection: Connection): AsyncGenerator<Check> {
	const { operations, answers } = connection;
	const access = await credential(connection);
	if (access.status === 'problem') return yield access;
	const parts = (Object.keys(PARTS) as CheckedPart[]).filter((part) => operations[part] !== undefined);
	const rights: Right[] = [];
	for (const part of parts) rights.push(await right(connection, part));
	yield rights.every(({ refused }) => refused) ? { check: access.check, status: 'problem', message: REFUSES_ALL(connection.provider.label), evidence: `${rights.length} lists` } : access;
	yield* rights.map(({ finding }) => finding);
	const readable = !rights.some(({ finding, refused }) => finding.check === PARTS.applications && refused);
	if (operations.jobs && connection.provider.confidential !== undefined) {
		const hidden = await confidential(connection.provider.confidential, operations);
		if (hidden) yield hidden;
	}
	yield clockSkew(answers);
	yield rate(answers);
	// What cannot be read was said above, with what to do.
	if (!readable) return;
	if (operations.applications) yield await words(connection);
	if (!connection.source) return;
	const source = await opened(connection.source);
	if ('status' in source) yield source;
	else if (source.kind === 'applications') yield* ofTrigger(connection, source);
	else yield await attempt('Trigger', async () => {
		const { entries, unreadable = [] } = await source.readPage({ cursor: null });
		return unreadable.length > 0 ? warning(`${unreadable.length} of ${entries.length + unreadable.length} entries cannot be read`, reasons(unreadable)) : fine('The feed of activities answers', `${entries.length} entries on its first page`);
	});
}

const REFUSES_ALL = (label: string) => `${label} refuses every list: the key is wrong or switched off, or it has no right yet. The lists below say what to tick`;

async function opened(open: () => Promise<Source>): Promise<Source | Check> {
	try {
		return await open();
	} catch (error) {
		return { check: 'Trigger', ...problem(error) };
	}
}

type Finding = Omit<Check, 'check'>;
const fine = (message: string, evidence = ''): Finding => ({ status: 'ok', message, evidence });
const warning = (message: string, evidence = ''): Finding => ({ status: 'warning', message, evidence });

function problem(error: unknown): Finding {
	if (!(error instanceof ApiError)) return { status: 'problem', message: hinted(error), evidence: '' };
	const { status, call, code } = error.facts;
	return { status: 'problem', message: sentence(said(error), hintOf(error)), evidence: [call, status === undefined ? 'no answer' : `status ${status}`, code].filter(Boolean).join(', ') };
}

/** A page of somebody else is not repeated: whatever may stand in it. */
function said({ message }: ApiError): string {
	return /<(?:!doctype|html|head|body)\b/i.test(message) ? 'A web page came where data are due' : message;
}

/** No ID was asked for: what is not there is the address. */
function hintOf({ facts: { status, hint } }: ApiError): string | undefined {
	return status === 404 ? 'There is nothing at this address: check in the credential what makes it up (the base URL, the region, the name of the account)' : hint;
}

function sentence(...parts: ReadonlyArray<string | undefined>): string {
	return parts.filter(Boolean).join('. ').replace(/\.\.+/g, '.');
}

function hinted(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return 'hint' in error && typeof error.hint === 'string' ? `${error.message}. ${error.hint}` : error.message;
}

async function attempt(check: string, work: () => Promise<Finding>): Promise<Check> {
	try {
		return { check, ...(await work()) };
	} catch (error) {
		return { check, ...problem(error) };
	}
}

/** The first page of a list, or of the first that the provider has. */
async function firstPage(operations: Operations, part: CheckedPart): Promise<readonly unknown[] | null> {
	const lists: Record<CheckedPart, () => AsyncIterable<readonly unknown[]> | undefined> = {
		applications: () => operations.applications?.({ models: ['info'], limit: 1 }),
		candidates: () => operations.candidates?.({ limit: 1 }),
		jobs: () => operations.jobs?.({ limit: 1 }),
		stages: () => operations.stages?.(null),
		interviews: () => operations.interviews?.({ limit: 1 }),
		offers: () => operations.offers?.({ limit: 1 }),
		rejectionReasons: () => operations.rejectionReasons?.(),
		users: () => operations.users?.(),
		tags: () => operations.tags?.(),
	};
	const pages = lists[part]();
	if (!pages) return null;
	for await (const page of pages) return page;
	return [];
}

async function credential({ provider, operations }: Connection): Promise<Check> {
	const part = (Object.keys(PARTS) as CheckedPart[]).find((one) => operations[one] !== undefined) ?? 'jobs';
	try {
		await firstPage(operations, part);
		return { check: 'Credential', ...fine(`${provider.label} takes the credential`) };
	} catch (error) {
		// A right that is missing is the next check's; the key itself was taken.
		if (error instanceof ApiError && error.facts.status === 403) return { check: 'Credential', ...fine(`${provider.label} takes the credential, but not for everything`) };
		return { check: 'Credential', ...problem(error) };
	}
}

interface Right {
	finding: Check;
	/** Whether the service takes the credential, but not for this. */
	refused: boolean;
}

async function right({ provider, operations }: Connection, part: CheckedPart): Promise<Right> {
	const check = PARTS[part];
	try {
		const rows = (await firstPage(operations, part)) ?? [];
		const evidence = `${rows.length} on the first page`;
		const unclear = rows.filter(isUnclear).length;
		const message = unclear > 0 ? `Can be read. The status of ${unclear} is not known here: it is put out as ${NOT_SPECIFIED}` : rows.length > 0 ? 'Can be read' : 'Can be read, and there is none';
		return { finding: { check, ...fine(message, evidence) }, refused: false };
	} catch (error) {
		if (!(error instanceof ApiError)) return { finding: { check, ...fine(`Not tried: ${hinted(error)}`) }, refused: false };
		const refused = error.facts.status === 403;
		const tick = refused ? provider.rights?.[part] : undefined;
		return { finding: { check, ...problem(error), ...(tick === undefined ? {} : { message: sentence(said(error), tick) }) }, refused };
	}
}

/** Whether a job is shown that only some may see. Null: jobs cannot be read, which was said already. */
async function confidential(who: string, operations: Operations): Promise<Check | null> {
	const check = 'Confidential Jobs';
	let [jobs, shown] = [0, 0];
	try {
		for await (const page of operations.jobs?.({ limit: ROWS }) ?? []) {
			jobs += page.length;
			shown += page.filter(({ info }) => info?.confidential === true).length;
			if (shown > 0 || jobs >= ROWS) break;
		}
	} catch {
		return null;
	}
	if (shown > 0) return { check, ...fine('Confidential jobs are shown', `${shown} of ${jobs} jobs`) };
	return { check, ...warning(`None is shown. If your company has confidential jobs, they and their applications are left out without a word: ${who}`, `0 of ${jobs} jobs`) };
}

function clockSkew(answers: readonly Answer[]): Check {
	const check = 'Clock';
	const dated = answers.flatMap(({ headers, sentAt, tookMs }) => {
		const at = Date.parse(headers.date ?? '');
		return Number.isNaN(at) ? [] : [at - (sentAt + tookMs)];
	});
	const [skew] = dated.slice(-1);
	if (skew === undefined) return { check, ...warning('The answers have no Date header: the trigger reads five minutes more with each poll', 'no Date') };
	const minutes = Math.round(skew / 6_000) / 10;
	if (Math.abs(skew) <= SKEW_MS) return { check, ...fine('Its clock and that of n8n agree', `${minutes} min`) };
	return { check, ...warning(`Its clock is ${Math.abs(minutes)} minutes ${skew > 0 ? 'ahead of' : 'behind'} that of n8n: check the time of the server that n8n runs on`, `${minutes} min`) };
}

function rate(answers: readonly Answer[]): Check {
	const check = 'Rate Limit';
	const stated = answers.map(({ headers }) => readRate(headers, clock.now())).filter(({ limit, remaining }) => limit !== undefined || remaining !== undefined);
	// The first one: what came after it was used up by these checks.
	const [first] = stated;
	if (!first) return { check, ...fine('The answers do not say how many calls are left') };
	const { limit, remaining } = first;
	const evidence = [remaining === undefined ? undefined : `${remaining} left`, limit === undefined ? undefined : `of ${limit}`].filter(Boolean).join(' ');
	const low = remaining !== undefined && (limit === undefined ? remaining < 3 : remaining < limit / 10);
	return { check, ...(low ? warning('Nearly all calls of the present window are used up: other programs use this key too, or workflows run at the same time. Give n8n a key of its own', evidence) : fine('Calls are left', evidence)) };
}

/** Words of the vendor that the mapping does not know: they leave as NOT_SPECIFIED. */
async function words({ provider, operations }: Connection): Promise<Check> {
	return await attempt('Words', async () => {
		const counts = new Map<string, number>();
		let [rows, unknown] = [0, 0];
		for await (const page of operations.applications?.({ models: ['info', 'currentStage'], limit: ROWS, raw: true }) ?? []) {
			for (const application of page.slice(0, ROWS - rows)) {
				rows++;
				if (!isUnclear(application)) continue;
				unknown++;
				for (const [what, word] of Object.entries(provider.words?.(application.raw) ?? {})) {
					const key = `${what}: ${word === null || word === undefined ? 'nothing' : JSON.stringify(word).slice(0, 60)}`;
					counts.set(key, (counts.get(key) ?? 0) + 1);
				}
			}
			if (rows >= ROWS) break;
		}
		if (unknown === 0) return fine('Every status is known', `${rows} applications`);
		return warning(`${unknown} of ${rows} applications have a status that is not known here: it is put out as ${NOT_SPECIFIED}. Please report the words beside this`, [...counts].sort(([, a], [, b]) => b - a).slice(0, 10).map(([word, count]) => `${word} (${count})`).join(', '));
	});
}

/** A job or an application has its status in `info`, an interview or an offer in itself. */
function isUnclear(row: unknown): boolean {
	if (!isObject(row)) return false;
	return (isObject(row.info) ? row.info : row).status === NOT_SPECIFIED;
}

async function* ofTrigger({ provider, answers }: Connection, source: ChangeSource): AsyncGenerator<Check> {
	if (source.readModels) {
		yield await attempt('Models', async () => {
			const known = await source.readModels?.();
			const off = comparedModels(provider.capabilities).filter((model) => known && !known.has(model));
			const ticks = new Set(off.flatMap((model) => (model === 'interviews' || model === 'offers' ? provider.rights?.[model] : provider.rights?.applications) ?? []));
			return off.length === 0 ? fine('All parts of an application are shown') : warning(sentence(`This account does not show: ${off.join(', ')}. They are switched off or refused at the service, so that nothing of them is emitted`, ...ticks), off.join(', '));
		});
	}
	if (!source.marks && !source.newestFirst) {
		yield await attempt('Changed Since', async () => {
			const read = await source.readWindow({ since: clock.now() + 30 * DAY, cursor: null, mark: null });
			// What comes from a list of another thing, such as interviews to come, says nothing of the date.
			const rows = read.rows.filter(({ partial }) => !partial);
			return rows.length === 0 ? fine('A date in the future gives nothing, as it should') : { status: 'problem', message: 'Asked for what changes from next month on, it gives applications: the date is ignored, and each poll would read everything. Check the base URL in the credential, and whether a proxy leaves out parts of the address; if neither is it, please report it', evidence: `${rows.length} rows` };
		});
	}
	const pages: SourcePage[] = [];
	yield await attempt('Pages', async () => {
		for (let cursor: string | null = null; pages.length < PAGES; ) {
			const page: SourcePage = await source.readAll({ cursor });
			pages.push(page);
			cursor = page.next ?? null;
			if (!cursor) break;
		}
		const ids = pages.flatMap(({ rows }) => rows.flatMap(({ id, partial }) => (partial ? [] : [id])));
		const repeats = ids.length - new Set(ids).size;
		const unreadable = pages.flatMap((page) => page.unreadable ?? []);
		if (unreadable.length > 0) return warning(`${unreadable.length} of ${ids.length + unreadable.length} records cannot be read, and are left out`, reasons(unreadable));
		return repeats === 0 ? fine('Pages follow each other without repeats', `${ids.length} on ${pages.length} pages`) : warning('Pages overlap: the list moves while it is read, or it has no fixed order', `${repeats} of ${ids.length} twice`);
	});
	const known = pages.reduce((sum, { rows }) => sum + rows.filter(({ partial }) => !partial).length, 0);
	const whole = !pages.at(-1)?.next;
	yield { check: 'Memory of the Trigger', ...fine(`It would remember ${whole ? 'about' : 'more than'} ${Math.ceil((known * STATE_BYTES) / 1024)} KB`, `${known}${whole ? '' : ' or more'} applications`) };
	if (source.marks) return;
	yield await attempt('Quiet Poll', async () => {
		const before = answers.length;
		for (let [cursor, pagesRead]: [string | null, number] = [null, 0]; pagesRead < PAGES; pagesRead++) {
			const { next }: SourcePage = await source.readWindow({ since: clock.now(), cursor, mark: null });
			cursor = next ?? null;
			if (!cursor || source.newestFirst) break;
		}
		const calls = answers.length - before;
		return fine(`A poll without news makes ${calls} ${calls === 1 ? 'call' : 'calls'}`, `${calls} a poll`);
	});
}

/** Those that the trigger can emit something of. */
function comparedModels({ models, events }: Provider['capabilities']): ModelKey[] {
	const BY_EVENT: Partial<Record<ModelKey, string>> = { interviews: 'interview.', offers: 'offer.', attachments: 'attachment.' };
	return (Object.keys(models) as ModelKey[]).filter((model) => Object.keys(events).some((event) => event.startsWith(BY_EVENT[model] ?? 'application.')));
}

/** Reasons with their counts: a path of a field, never its value. */
function reasons(unreadable: ReadonlyArray<{ reason: string }>): string {
	const counts = new Map<string, number>();
	for (const { reason } of unreadable) {
		const short = reason.split('\n', 1)[0]?.slice(0, 120) ?? '';
		counts.set(short, (counts.get(short) ?? 0) + 1);
	}
	return [...counts].slice(0, 5).map(([reason, count]) => `${reason} (${count})`).join('; ');
}
