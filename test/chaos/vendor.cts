/** An applicant tracking system in memory: applications that change, pages of them, and faults. In simulated time. */
import { STAGE_CATEGORIES, type Application, type ApplicationStatus, type InterviewStatus, type ModelKey, type OfferStatus, type Stage } from '../../lib/ats/model';
import type { ChangeSource, SourcePage, SourceRow } from '../../lib/ats/source';
import { CursorRefused, MarkRefused, partialRow } from '../../lib/ats/source';
import { ApiError } from '../../lib/errors';
import type { Clock } from '../../sandbox/clock.cts';
import { opaqueId, Random } from '../../sandbox/random.cts';

export interface Record {
	id: string;
	number: number;
	jobId: string;
	firstName: string;
	status: ApplicationStatus;
	stage: Stage | null;
	rejection: { id: string; text: string; rejectedAt: string } | null;
	interviews: Array<{ id: string; subject: string; start: number; end: number; status: InterviewStatus }>;
	offers: Array<{ id: string; status: OfferStatus }>;
	deleted: boolean;
	createdAt: number;
	/** Stamp of the record's own last change. */
	changedAt: number;
	/** When a window shows it again: own and nested changes. */
	touchedAt: number;
	/** Stamp of the last change of an interview or offer, and the count of all changes when the last one of this record was shown. */
	nestedAt?: number;
	/** Names of files, which have no ids; absent: unknown. */
	files?: string[];
	/** Absent: unknown. */
	source?: string;
	/** Absent: unknown. */
	origin?: 'EXTERNAL' | 'REFERRAL';
	version?: number;
}

export type Order = 'ascending' | 'descending' | 'random';

/** What may go wrong with one request. */
export type Fault =
	| { kind: 'down' }
	| { kind: 'limited'; retryAfterMs?: number }
	| { kind: 'denied' }
	| { kind: 'page' }
	| { kind: 'hang' }
	| { kind: 'cursor' }
	| { kind: 'nothing' }
	| { kind: 'half' }
	| { kind: 'rowTwice' }
	| { kind: 'rowSkipped' }
	| { kind: 'emptyPage' };

export interface Request {
	kind: 'window' | 'all' | 'details' | 'models' | 'confirm' | 'probe';
	cursor: string | null;
	since: number | null;
	at: number;
}

const STAGES = ['Applied', 'Screening', 'Interview', 'Offer', 'Hired'];
const MODELS: readonly ModelKey[] = ['info', 'currentStage', 'interviews', 'rejection', 'offers'];

export class FakeVendor {
	readonly records = new Map<string, Record>();
	readonly random: Random;
	readonly requests: Request[] = [];
	/** Called when reads begin to show a new version of a record. */
	onShown: (record: Record) => void = () => {};
	pageSize = 50;
	order: Order = 'ascending';
	/** Milliseconds until a change is shown. It keeps the stamp of when it was made. */
	lag = 0;
	latencyMs = 40;
	/** Of the Date header: its distance from the right time, or none. */
	dateSkew: number | 'none' = 0;
	cursorLifeMs = Infinity;
	fault: (request: Request) => Fault | undefined = () => undefined;
	/** Called with each row that an answer shows. */
	onServed: (row: Record, request: Request) => void = () => {};
	modelsOff = new Set<ModelKey>();
	/** Pages by position (rows shift while others write) or after the last row's id. */
	paging: 'offset' | 'keyset' = 'offset';
	/** No changed-since date: opaque marks, or the latest change first. */
	reading: 'date' | 'marks' | 'newestFirst' = 'date';
	/** Marks older than so many changes are refused. */
	markLife = Infinity;
	/** Changes of interviews and offers have a list of their own, whose rows only name the application. */
	lists = false;
	account = 'acme';
	canConfirm = true;
	/** Asked about single applications, it finds no trace of any. */
	traceless = false;
	/** Only applications for these jobs are listed. */
	onlyJobs: ReadonlySet<string> | null = null;
	/** List rows are outlines; `details` gives the rest. */
	outlines = false;
	/** Rows do not say whose they are. */
	personOff = false;
	/** What outlines do not show. */
	hidden: readonly ModelKey[] = [];
	/** How long details, or list rows, show a record as it was before its last change (ms). */
	detailsLag = 0;
	rowsLag = 0;
	private readonly past = new Map<string, { at: number; record: Record }>();
	/** Details complete what rows emit. */
	completes = false;
	/** Rows of these have no date of creation. */
	undated: (record: Record) => boolean = () => false;
	detailsFail: (id: string) => boolean = () => false;
	unreadable = new Set<string>();
	changes = 0;
	private readonly pending: Array<{ at: number; apply(): void }> = [];
	private readonly stages = new Map<string, Stage & { id: string; text: string }>();
	private numbers = 0;
	/** Rises with every change that is shown. */
	private version = 0;
	private lastSorted: { version: number; order: Order; since: number | null; rows: Record[] } | undefined;

	constructor(
		readonly clock: Clock,
		seed: string | number = 1,
	) {
		this.random = new Random(seed);
		for (const text of STAGES) this.stages.set(text, { id: opaqueId(`stage`, this.stages.size + 1), text, category: STAGE_CATEGORIES.find((category) => category === text.toUpperCase()) ?? null });
	}

	stage(text: string) {
		const stage = this.stages.get(text);
		if (!stage) throw new Error(`There is no stage ${text}`);
		return { ...stage, category: null };
	}

	/** A column gets another name; no application moves. */
	renameStage(text: string, to: string): void {
		const stage = this.stage(text);
		for (const record of this.records.values()) if (record.stage?.id === stage.id) record.stage = { ...stage, text: to };
	}

	add(fields: Partial<Record> = {}): Record {
		const number = ++this.numbers;
		const at = fields.createdAt ?? this.clock.now();
		const record: Record = {
			id: opaqueId('application', number), number, jobId: opaqueId('job', 1 + (number % 20)), firstName: `Person ${number}`,
			status: 'ACTIVE', stage: this.stage('Applied'), rejection: null, interviews: [], offers: [], deleted: false,
			createdAt: at, changedAt: at, touchedAt: at, ...fields,
		};
		this.soon(() => {
			this.records.set(record.id, record);
			record.version = ++this.version;
			this.onShown(record);
		});
		return record;
	}

	fill(count: number, age = 30 * 86_400_000): Record[] {
		const lag = this.lag;
		this.lag = 0;
		const made = Array.from({ length: count }, () => {
			const at = this.clock.now() - age - this.random.int(0, 86_400_000);
			return this.add({ createdAt: at, stage: this.stage(this.random.pick(STAGES)) });
		});
		this.lag = lag;
		return made;
	}

	/** Changes a record. `nested`: an interview or offer changed, so the record's own stamp stays. */
	change(id: string, change: (record: Record) => void, nested = false): void {
		const at = this.clock.now();
		this.changes++;
		this.soon(() => {
			const record = this.records.get(id);
			if (!record) return;
			if (this.detailsLag + this.rowsLag > 0) this.past.set(id, { at: this.clock.now(), record: structuredClone(record) });
			change(record);
			record.touchedAt = at;
			if (nested) record.nestedAt = at;
			else record.changedAt = at;
			record.version = ++this.version;
			this.onShown(record);
		});
	}

	move(id: string, stage: string): void {
		this.change(id, (record) => {
			record.stage = this.stage(stage);
		});
	}

	/** Gone without a trace. */
	remove(id: string): void {
		this.records.delete(id);
		this.version++;
	}

	/** Applies what is due by now. */
	settle(): void {
		for (let next = this.pending[0]; next && next.at <= this.clock.now(); next = this.pending[0]) {
			this.pending.shift();
			next.apply();
		}
	}

	source(): ChangeSource {
		const { outlines } = this;
		return {
			kind: 'applications',
			provider: 'fake',
			label: 'Fake',
			scope: [this.account],
			events: [],
			probe: async () => void (await this.answer('probe', null, null, () => [])),
			...(this.reading === 'marks' ? { marks: true } : {}),
			...(this.reading === 'newestFirst' ? { newestFirst: true } : {}),
			readWindow: async ({ since, cursor, mark }) => (this.lists ? await this.listsPage(cursor, since) : await this.page('window', cursor, since, mark)),
			readAll: async ({ cursor }) => await this.page('all', cursor, null),
			readModels: async () => {
				await this.answer('models', null, null, () => []);
				return new Set([...MODELS, 'attachments' as const].filter((model) => !this.modelsOff.has(model)));
			},
			...(this.canConfirm ? { confirmGone: async (missing) => await this.confirm(missing.map(({ id }) => id)) } : {}),
			...(this.lists || this.completes ? { details: { compared: false, atOnce: 20, read: async (asked) => await this.details(asked.map(({ row }) => row.id)) } } : {}),
			...(outlines ? { details: { compared: true, atOnce: 20, read: async (asked) => await this.details(asked.map(({ row }) => row.id)) } } : {}),
		};
	}

	row(record: Record, outline = false): SourceRow {
		const off = this.modelsOff;
		const application: Application = {
			provider: 'fake',
			id: record.id,
			info: {
				id: record.id, status: record.status, origin: record.origin ?? 'NOT_SPECIFIED', jobId: record.jobId, job: null, source: record.source ?? null, customFields: null, owner: null, creditedTo: null,
				appliedAt: new Date(record.createdAt).toISOString(), updatedAt: new Date(record.changedAt).toISOString(),
				candidate: outline || this.personOff ? null : { id: `c${record.number}`, name: null, firstName: record.firstName, lastName: 'Doe', phones: [], emails: [{ type: 'PERSONAL', email: `p${record.number}@example.com` }], links: [], location: null },
			},
			currentStage: off.has('currentStage') ? null : record.stage,
			interviews: off.has('interviews') ? [] : record.interviews.map(({ id, subject, start, end, status }) => ({
				id, subject, status, createdAt: null, scheduledStart: new Date(start).toISOString(), scheduledEnd: new Date(end).toISOString(),
				stage: null, interviewers: null, location: null, creator: null,
			})),
			rejection: record.rejection,
			offers: off.has('offers') ? [] : record.offers.map(({ id, status }) => ({ id, status, createdAt: null, sentAt: null, closedAt: null })),
			attachments: record.files?.map((name) => ({ type: 'RESUME', name, link: null, createdAt: null })) ?? null,
		};
		const emitted = MODELS.filter((model) => !outline || !this.hidden.includes(model));
		for (const model of MODELS) if (!emitted.includes(model)) application[model] = null;
		return { id: record.id, application, known: new Set(record.files ? [...emitted, 'attachments' as const] : emitted), deleted: record.deleted, createdAt: this.undated(record) ? null : record.createdAt, changedAt: record.changedAt };
	}

	private asSeen(record: Record | undefined, lag: number): Record | undefined {
		const past = record && this.past.get(record.id);
		return past && past.at + lag > this.clock.now() ? past.record : record;
	}

	private soon(apply: () => void): void {
		this.settle();
		if (this.lag <= 0) return apply();
		const at = this.clock.now() + this.lag;
		let place = this.pending.length;
		while (place > 0 && (this.pending[place - 1]?.at ?? 0) > at) place--;
		this.pending.splice(place, 0, { at, apply });
	}

	private async page(kind: 'window' | 'all', cursor: string | null, since: number | null, mark: string | null = null): Promise<SourcePage> {
		if (this.reading === 'date') return await this.answer(kind, cursor, since, () => this.sorted(since));
		if (this.reading === 'newestFirst') return await this.answer(kind, cursor, since, () => this.sorted(null));
		const [place, begun] = (cursor ?? '').split('|');
		const version = begun ?? String(this.version);
		const from = mark === null ? 0 : Number(mark);
		if (kind === 'window' && (mark === null || this.version - from > this.markLife)) throw new MarkRefused();
		const page = await this.answer(kind, place ? place : null, since, () => this.sorted(null).filter((record) => kind === 'all' || (record.version ?? 0) > from));
		return { ...page, next: page.next ? `${page.next}|${version}` : null, mark: page.next ? null : version };
	}

	/** Applications by their own stamp, then the applications of interviews and offers that changed. */
	private async listsPage(cursor: string | null, since: number): Promise<SourcePage> {
		const [list = 'applications', place = ''] = cursor?.split('|') ?? [];
		const stampOf = (record: Record) => (list === 'applications' ? record.changedAt : (record.nestedAt ?? 0));
		const page = await this.answer('window', place || null, since, () => this.sorted(null).filter((record) => stampOf(record) >= since));
		const next = page.next ? `${list}|${page.next}` : list === 'applications' ? 'nested|' : null;
		if (list === 'applications') return { ...page, next };
		return { ...page, bytes: undefined, next, rows: page.rows.map(({ id }) => partialRow('fake', id, String(this.records.get(id)?.nestedAt))) };
	}

	private sorted(since: number | null): Record[] {
		const { version, order } = this;
		const last = this.lastSorted;
		if (order !== 'random' && last?.version === version && last.since === since && last.order === order) return last.rows;
		const rows = this.sort(since);
		this.lastSorted = { version, order, since, rows };
		return rows;
	}

	private sort(since: number | null): Record[] {
		const rows = [...this.records.values()].filter(({ touchedAt, jobId }) => (since === null || touchedAt >= since) && (this.onlyJobs?.has(jobId) ?? true));
		if (this.reading === 'newestFirst' && since === null) return rows.sort((a, b) => b.touchedAt - a.touchedAt || b.number - a.number);
		if (this.paging === 'keyset') return rows.sort((a, b) => a.number - b.number);
		if (this.order === 'ascending') return rows.sort((a, b) => a.touchedAt - b.touchedAt || a.number - b.number);
		if (this.order === 'descending') return rows.sort((a, b) => b.touchedAt - a.touchedAt || b.number - a.number);
		return this.random.some(rows, rows.length);
	}

	private async answer(kind: Request['kind'], cursor: string | null, since: number | null, rowsOf: () => Record[]): Promise<SourcePage> {
		const request: Request = { kind, cursor, since, at: this.clock.now() };
		this.requests.push(request);
		this.settle();
		const fault = this.fault(request);
		await this.clock.sleep(this.latencyMs);
		if (fault?.kind === 'hang') {
			await this.clock.sleep(30_000);
			throw refusal('temporarily-unavailable', 'Fake did not answer');
		}
		if (fault?.kind === 'down') throw refusal('temporarily-unavailable', 'Fake answered 503');
		if (fault?.kind === 'page') throw refusal('temporarily-unavailable', 'Fake answered with a web page');
		if (fault?.kind === 'denied') throw refusal('credential-invalid', 'The key is wrong');
		if (fault?.kind === 'limited') throw refusal('rate-limited', 'Too many requests', fault.retryAfterMs);
		if (fault?.kind === 'cursor' && cursor !== null) throw new CursorRefused();

		const [stamp, position] = (cursor ?? `${this.clock.now()}:0`).split(':').map(Number);
		if (cursor !== null && this.clock.now() - (stamp ?? 0) > this.cursorLifeMs) throw new CursorRefused();
		let rows = rowsOf();
		if (fault?.kind === 'nothing') rows = [];
		if (fault?.kind === 'half') rows = rows.slice(0, Math.floor(rows.length / 2));
		const from = this.paging === 'keyset' ? rows.findIndex(({ number }) => number > (position ?? 0)) : (position ?? 0);
		let served = from < 0 ? [] : rows.slice(from, from + this.pageSize);
		const last = served[served.length - 1];
		const end = this.paging === 'keyset' ? (last?.number ?? 0) : from + this.pageSize;
		const more = this.paging === 'keyset' ? from >= 0 && from + this.pageSize < rows.length : end < rows.length;
		let next = more ? `${stamp}:${end}` : null;
		if (fault?.kind === 'rowTwice' && served[0]) served = [served[0], ...served];
		if (fault?.kind === 'rowSkipped') served = served.slice(0, -1);
		if (fault?.kind === 'emptyPage' && served.length > 0) {
			served = [];
			next = `${stamp}.5:${position}`;
		}
		const readable = served.filter(({ id }) => !this.unreadable.has(id));
		for (const row of readable) this.onServed(this.asSeen(row, Math.max(this.rowsLag, this.outlines ? this.detailsLag : 0)) ?? row, request);
		const shown = readable.map((record) => this.row(this.asSeen(record, this.rowsLag) ?? record, this.outlines));
		const unreadable = served.filter(({ id }) => this.unreadable.has(id)).map(({ id }) => ({ id, reason: 'broken' }));
		// Small ones, as most windows are: making the bytes of large ones is no use.
		const bytes = this.outlines || shown.length > 50 ? undefined : Buffer.from(JSON.stringify([shown.map((row) => ({ ...row, known: [...row.known] })), unreadable, next]));
		return { rows: shown, unreadable, next, bytes, ...this.stamps() };
	}

	private stamps() {
		const date = this.dateSkew === 'none' ? null : Math.floor((this.clock.now() + this.dateSkew) / 1000) * 1000;
		return { date, tookMs: this.latencyMs };
	}

	private async details(ids: readonly string[]): Promise<Map<string, SourceRow | Error>> {
		await this.answer('details', null, null, () => []);
		return new Map(ids.map((id) => {
			const record = this.asSeen(this.records.get(id), this.detailsLag);
			if (record && this.outlines) this.onServed(record, { kind: 'details', cursor: null, since: null, at: this.clock.now() });
			return [id, record && !this.detailsFail(id) ? this.row(record) : new Error('no details')];
		}));
	}

	private async confirm(ids: readonly string[]): Promise<Map<string, SourceRow | null>> {
		await this.answer('confirm', null, null, () => []);
		const answer = new Map<string, SourceRow | null>();
		for (const id of ids) {
			const record = this.traceless ? undefined : this.records.get(id);
			answer.set(id, record ? this.row(record) : null);
		}
		return answer;
	}
}

function refusal(cause: 'temporarily-unavailable' | 'rate-limited' | 'credential-invalid', message: string, retryAfterMs?: number): ApiError {
	return new ApiError({ message, cause, service: 'Fake', call: 'GET /', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}
