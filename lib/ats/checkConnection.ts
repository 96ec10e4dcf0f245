/* What a person should know of a connection before relying on it. Reads only, and puts out no personal data: it can be pasted into an issue. */
import { clock } from '../clock';
import { ApiError } from '../errors';
import type { Answer } from '../http/apiDefinition';
import { readRate } from '../http/rate';
import { NOT_SPECIFIED, type Application, type ModelKey } from './model';
import type { CheckedPart, Operations, Provider } from './provider';
import type { ChangeSource, Source, SourcePage } from './source';

export interface Check {
	check: string;
	status: 'ok' | 'warning' | 'problem';
	message: string;
	evidence: string;
}

export interface Connection {
	provider: Pick<Provider, 'label' | 'capabilities' | 'rights' | 'words'>;
	operations: Operations;
	/** For the trigger; null where the provider cannot be polled. */
	source: (() => Promise<Source>) | null;
	/** Answers that the client has seen so far. */
	answers: readonly Answer[];
}

const DAY = 24 * 60 * 60_000;
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
	const access = await credential(connection);
	yield access;
	if (access.status === 'problem') return;
	for (const part of Object.keys(PARTS) as CheckedPart[]) {
		const found = await right(connection, part);
		if (found) yield found;
	}
	yield clockSkew(connection.answers);
	yield rate(connection.answers);
	if (connection.operations.applications) yield await words(connection);
	if (!connection.source) return;
	const source = await opened(connection.source);
	if ('status' in source) yield source;
	else if (source.kind === 'applications') yield* ofTrigger(connection, source);
	else yield await attempt('Trigger', async () => {
		const { entries, unreadable = [] } = await source.readPage({ cursor: null });
		return unreadable.length > 0 ? warning(`${unreadable.length} of ${entries.length + unreadable.length} entries cannot be read`, reasons(unreadable)) : fine('The feed of activities answers', `${entries.length} entries on its first page`);
	});
}

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
	const { status, call, code, hint } = error.facts;
	return { status: 'problem', message: [error.message, hint].filter(Boolean).join('. ').replace(/\.\.+/g, '.'), evidence: [call, status === undefined ? 'no answer' : `status ${status}`, code].filter(Boolean).join(', ') };
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

async function right({ provider, operations }: Connection, part: CheckedPart): Promise<Check | null> {
	const check = PARTS[part];
	if (operations[part] === undefined) return null;
	try {
		const rows = await firstPage(operations, part);
		return { check, ...fine(rows?.length ? 'Can be read' : 'Can be read, and there is none', `${rows?.length ?? 0} on the first page`) };
	} catch (error) {
		if (!(error instanceof ApiError)) return { check, ...fine(`Not tried: ${hinted(error)}`) };
		const found = problem(error);
		const tick = provider.rights?.[part];
		return { check, ...found, message: error.facts.status === 403 && tick !== undefined ? `${found.message.split('. ')[0]}. ${tick}` : found.message };
	}
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
	const last = stated.at(-1);
	if (!last) return { check, ...fine('The answers do not say how many calls are left') };
	const { limit, remaining } = last;
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
		return warning(`${unknown} of ${rows} applications have a status that is not known here: it is put out as ${NOT_SPECIFIED}`, [...counts].sort(([, a], [, b]) => b - a).slice(0, 10).map(([word, count]) => `${word} (${count})`).join(', '));
	});
}

function isUnclear({ info }: Application): boolean {
	return info !== null && info.status === NOT_SPECIFIED;
}

async function* ofTrigger({ provider, answers }: Connection, source: ChangeSource): AsyncGenerator<Check> {
	if (source.readModels) {
		yield await attempt('Models', async () => {
			const told = await source.readModels?.();
			const off = (Object.keys(provider.capabilities.models) as ModelKey[]).filter((model) => told && !told.has(model));
			return off.length === 0 ? fine('All parts of an application are told') : warning(`This account does not tell: ${off.join(', ')}. They are switched off at the service, so that nothing of them is emitted`, off.join(', '));
		});
	}
	if (!source.marks && !source.newestFirst) {
		yield await attempt('Changed Since', async () => {
			const read = await source.readWindow({ since: clock.now() + 30 * DAY, cursor: null, mark: null });
			// What comes from a list of another thing, such as interviews to come, says nothing of the date.
			const rows = read.rows.filter(({ partial }) => !partial);
			return rows.length === 0 ? fine('A date in the future gives nothing, as it should') : { status: 'problem', message: 'Asked for what changes from next month on, it gives applications: the date is ignored, and each poll would read everything', evidence: `${rows.length} rows` };
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

/** Reasons with their counts: a path of a field, never its value. */
function reasons(unreadable: ReadonlyArray<{ reason: string }>): string {
	const counts = new Map<string, number>();
	for (const { reason } of unreadable) {
		const short = reason.split('\n', 1)[0]?.slice(0, 120) ?? '';
		counts.set(short, (counts.get(short) ?? 0) + 1);
	}
	return [...counts].slice(0, 5).map(([reason, count]) => `${reason} (${count})`).join('; ');
}
