import type { FastifyReply, FastifyRequest } from 'fastify';
import { addNote, apply, move, tag, untag } from '../actions.cts';
import { bracketed, errorDocument, jsonApiError, MEDIA_TYPE, readDocument, type Ref } from '../jsonApi.cts';
import type { Candidate } from '../model.cts';
import { linkTo } from '../paging.cts';
import type { Simulator, Tools } from '../simulator.cts';
import type { World } from '../world.cts';
import { apiKeyOf, Rows, type Doc } from './rows.cts';

const BY = 'teamtailor';
const MAX_PAGE = 30;
const TITLES: Record<number, string> = { 400: 'Bad request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Record not found', 406: 'Not acceptable', 415: 'Unsupported media type', 422: "can't be blank", 429: 'Too many requests' };
const fail = (status: number, detail?: string, pointer?: string) => jsonApiError(status, TITLES[status] ?? 'Internal server error', detail, pointer);
const invalid = (field: string, what: string) => fail(422, `${field} - ${what}`, `/data/attributes/${field}`);

interface Setup {
	/** of the key: Public reads jobs and departments, Admin everything */
	scope: 'public' | 'admin';
	/** links of pages name another server than the one that was asked */
	linksElsewhere: boolean;
	/** false: rows come without the relations that `include` named */
	includes: boolean;
	/** false: a write of tags adds to the list instead of replacing it (not documented) */
	tagsReplace: boolean;
}

/** One kind of record: its rows, what it can be filtered by beyond what is said for all, how its pages are counted. */
interface Kind {
	rows(version: string): readonly Doc[];
	one(id: string, version: string): Doc | undefined;
	filters: readonly string[];
	/** `page[after]` is only seen at candidates */
	cursors?: boolean;
	public?: boolean;
}

/** Teamtailor's API (https://docs.teamtailor.com/) over the world: JSON:API with its own limits. */
export function teamtailor(): Simulator {
	return {
		name: 'teamtailor',
		paths: { teamtailor: '/teamtailor/v1' },
		credentials: (world) => ({ apiKey: apiKeyOf(world), apiVersion: '20240904' }),
		errorBody: (status, message) => errorDocument(status, TITLES[status] ?? 'Internal server error', message),
		register(app, world, tools) {
			const setup: Setup = { scope: 'admin', linksElsewhere: false, includes: true, tagsReplace: true };
			const rows = new Rows(world, tools);
			const service = new Service(world, tools, rows, setup);
			app.addHook('onRequest', async (request, reply) => service.admit(request, reply));
			app.addHook('onRequest', tools.rate({ calls: 50, perMs: 10_000, headers: ({ limit, remaining, now, resetAt }) => ({ 'x-rate-limit-limit': String(limit), 'x-rate-limit-remaining': String(remaining), 'x-rate-limit-reset': String(Math.ceil((resetAt - now) / 1000)) }) }).hook);
			app.addHook('onSend', async (_request, reply, payload) => {
				if (String(reply.getHeader('content-type') ?? '').startsWith('application/json')) void reply.header('content-type', `${MEDIA_TYPE}; charset=utf-8`);
				return payload;
			});
			app.get('/v1/company', async (request) => service.show(request, rows.company()));
			app.get<{ Params: { type: string } }>('/v1/:type', async (request) => service.list(request, request.params.type, service.kind(request.params.type).rows(versionOf(request))));
			app.get<{ Params: { type: string; id: string } }>('/v1/:type/:id', async (request) => service.show(request, service.need(request, request.params.type, request.params.id)));
			app.get<{ Params: { type: string; id: string; relation: string } }>('/v1/:type/:id/:relation', async (request) => service.related(request, request.params));
			app.post('/v1/candidates', async (request, reply) => await reply.code(201).send(service.createCandidate(request)));
			app.patch<{ Params: { id: string } }>('/v1/candidates/:id', async (request) => service.updateCandidate(request, request.params.id));
			app.post('/v1/job-applications', async (request, reply) => await reply.code(201).send(service.createApplication(request)));
			app.patch<{ Params: { id: string } }>('/v1/job-applications/:id', async (request) => service.updateApplication(request, request.params.id));
			app.post('/v1/notes', async (request, reply) => await reply.code(201).send(service.createNote(request)));
			/** `{ scope?, linksElsewhere?, includes?, tagsReplace?, candidateTouches? }` */
			tools.control('settings', ({ scope, linksElsewhere, includes, tagsReplace, candidateTouches }) => {
				if (scope === 'public' || scope === 'admin') setup.scope = scope;
				if (typeof linksElsewhere === 'boolean') setup.linksElsewhere = linksElsewhere;
				if (typeof includes === 'boolean') setup.includes = includes;
				if (typeof tagsReplace === 'boolean') setup.tagsReplace = tagsReplace;
				if (typeof candidateTouches === 'boolean') rows.candidateTouches = candidateTouches;
			});
		},
	};
}

const versionOf = (request: FastifyRequest): string => String(request.headers['x-api-version'] ?? '');
const queryOf = (request: FastifyRequest): Record<string, unknown> => request.query as Record<string, unknown>;

type Tree = Map<string, Tree>;

class Service {
	private readonly kinds: Record<string, Kind>;

	constructor(
		private readonly world: World,
		private readonly tools: Tools,
		private readonly rows: Rows,
		private readonly setup: Setup,
	) {
		const alive = <T extends { deletedAt: number | null }>(record: T | undefined): T | undefined => (record?.deletedAt === null ? record : undefined);
		const shown = <T, R>(record: T | undefined, show: (one: T) => R): R | undefined => (record === undefined ? undefined : show(record));
		const { ids } = rows;
		const pipelines = () => world.jobs.alive().flatMap((job) => job.stageIds.map((id) => ({ job, stage: world.stages.need(id) })));
		this.kinds = {
			'job-applications': { rows: () => world.applications.alive().map((one) => rows.application(one)), one: (id) => shown(alive(ids.find('application', id)), (one) => rows.application(one)), filters: ['created-at', 'updated-at', 'changed-stage-at', 'stage-type'] },
			candidates: { rows: () => world.candidates.alive().map((one) => rows.candidate(one)), one: (id) => shown(alive(ids.find('candidate', id)), (one) => rows.candidate(one)), filters: ['email', 'phone', 'department', 'role', 'division', 'locations', 'regions', 'connected', 'created-at', 'updated-at'], cursors: true },
			jobs: { rows: () => world.jobs.alive().map((one) => rows.job(one)), one: (id) => shown(alive(ids.find('job', id)), (one) => rows.job(one)), filters: ['status', 'feed', 'department', 'role', 'locations', 'regions'], public: true },
			stages: { rows: (version) => pipelines().map((one) => rows.pipelineStage(one, version)), one: (id, version) => shown(rows.stage(id), (one) => rows.pipelineStage(one, version)), filters: ['job', 'stage-type'] },
			users: { rows: () => world.users.alive().map((one) => rows.user(one)), one: (id) => shown(alive(ids.find('user', id)), (one) => rows.user(one)), filters: ['email', 'department', 'external-id'], public: true },
			'reject-reasons': { rows: () => world.rejectionReasons.alive().map((one) => rows.reason(one)), one: (id) => shown(alive(ids.find('rejectionReason', id)), (one) => rows.reason(one)), filters: [] },
			departments: { rows: () => world.departments.alive().map((one) => rows.department(one)), one: (id) => shown(alive(ids.find('department', id)), (one) => rows.department(one)), filters: [], public: true },
			locations: { rows: () => world.jobs.alive().map((one) => rows.location(one)), one: (id) => shown(world.jobs.byNumber(Number(id) - 8_000), (one) => rows.location(one)), filters: [], public: true },
			uploads: { rows: () => world.attachments.alive().filter(({ kind }) => kind !== 'CV').map((one) => rows.upload(one)), one: (id) => shown(alive(ids.find('attachment', id)), (one) => rows.upload(one)), filters: ['job'] },
			companies: { rows: () => [rows.company()], one: () => rows.company(), filters: [] },
		};
	}

	// ------------------------------------------------------------------------------------------------------ transport

	/** A wrong region answers 401 like a wrong key. The version is mandatory, and echoed. */
	admit(request: FastifyRequest, reply: FastifyReply): void {
		if (request.headers.authorization !== `Token token=${apiKeyOf(this.world)}`) throw fail(401, 'Invalid token');
		const version = versionOf(request);
		if (!/^20\d{6}$/.test(version) || version < '20161108') throw fail(406, 'The X-Api-Version header is missing or invalid. The current version is 20240904');
		void reply.header('x-api-version', version);
		const [, type = ''] = /\/v1\/([^/?]+)/.exec(request.url) ?? [];
		if (this.setup.scope === 'public' && this.kinds[type]?.public !== true) throw fail(403, 'The API key needs the scope Admin');
		if ((request.method === 'POST' || request.method === 'PATCH') && request.headers['content-type'] !== MEDIA_TYPE) throw fail(415, `The content type of a document is ${MEDIA_TYPE}`);
	}

	kind(type: string): Kind {
		const kind = type === 'companies' ? undefined : this.kinds[type];
		if (!kind) throw fail(404, `There is no resource ${type}`);
		return kind;
	}

	need(request: FastifyRequest, type: string, id: string): Doc {
		const found = this.kind(type).one(id, versionOf(request));
		if (!found) throw fail(404, `The record identified by ${id} could not be found.`);
		return found;
	}

	// ---------------------------------------------------------------------------------------------------------- reading

	show(request: FastifyRequest, doc: Doc): object {
		this.check(request, ['include', 'fields'], []);
		const { data, included } = this.document(request, [doc]);
		return { data: data[0], ...(included.length > 0 ? { included } : {}) };
	}

	related(request: FastifyRequest, { type, id, relation }: { type: string; id: string; relation: string }): object {
		const read = this.need(request, type, id).relations[relation];
		const refs = read?.();
		if (!Array.isArray(refs)) throw fail(404, `There is no list ${relation} of ${type}`);
		const target = this.kinds[relation] === undefined ? (refs[0]?.type ?? relation) : relation;
		return this.list(request, target, refs.flatMap((ref) => this.find(ref, request) ?? []), false);
	}

	list(request: FastifyRequest, type: string, all: readonly Doc[], top = true): object {
		const { filters, cursors = false } = this.kinds[type] ?? { filters: [] };
		this.check(request, ['include', 'sort', 'page', 'filter', 'fields'], filters);
		const query = queryOf(request);
		const filter = bracketed(query, 'filter');
		const paging = bracketed(query, 'page');
		const size = Number(paging['size'] ?? 10);
		if (!(size >= 1 && size <= MAX_PAGE)) throw fail(400, `Limit exceeds maximum page size of ${MAX_PAGE}.`);
		const found = this.sorted(type, all.filter((one) => this.fits(one, filter, type, top)), query['sort']);
		const ordered = this.tools.pager.ordered(found.map((doc) => ({ ...doc.stamp, doc })));
		let shown: readonly Doc[];
		let next: string | null;
		if (cursors && top) {
			const page = this.tools.pager.page(request, ordered, { cursor: typeof paging['after'] === 'string' ? paging['after'] : null, size, filters: JSON.stringify(filter) });
			shown = page.rows.map(({ doc }) => doc);
			next = page.next === null ? null : linkTo(this.tools.origin(), request, { 'page[after]': page.next });
		} else {
			const page = this.tools.pager.numbered(request, ordered, { number: Number(paging['number'] ?? 1), size });
			shown = page.rows.map(({ doc }) => doc);
			next = page.next === null ? null : linkTo(this.tools.origin(), request, { 'page[number]': page.next });
		}
		if (next !== null && this.setup.linksElsewhere) next = next.replace(this.tools.origin(), 'https://api.teamtailor.invalid');
		const { data, included } = this.document(request, shown);
		return { data, ...(included.length > 0 ? { included } : {}), meta: { 'record-count': found.length, 'page-count': Math.ceil(found.length / size) }, links: { first: linkTo(this.tools.origin(), request, { 'page[number]': null, 'page[after]': null }), ...(next === null ? {} : { next }) } };
	}

	/** What is not known is refused. */
	private check(request: FastifyRequest, families: readonly string[], filters: readonly string[]): void {
		for (const key of Object.keys(queryOf(request))) {
			const [, family = '', name] = /^(\w+)(?:\[([^\]]+)\])?/.exec(key) ?? [];
			const ok = families.includes(family) && (family !== 'filter' || filters.includes(name ?? '')) && (family !== 'page' || ['size', 'number', 'after', 'before'].includes(name ?? ''));
			if (!ok) throw fail(400, `${key} is not allowed.`);
		}
	}

	private fits(one: Doc, filter: ReturnType<typeof bracketed>, type: string, top: boolean): boolean {
		if (type !== 'jobs' && Object.keys(filter).length === 0) return true;
		const between = (value: unknown, wanted: unknown): boolean => {
			const { from, to } = Object(wanted) as { from?: string; to?: string };
			const at = Date.parse(String(value));
			for (const bound of [from, to]) if (bound !== undefined && Number.isNaN(Date.parse(bound))) throw fail(400, `${bound} is not a valid value`);
			return (from === undefined || at >= Date.parse(from)) && (to === undefined || at <= Date.parse(to));
		};
		for (const [name, wanted] of Object.entries(filter)) {
			if (/-at$/.test(name) && !between(one.attributes[name], wanted)) return false;
			if (name === 'email' && String(one.attributes['email']).toLowerCase() !== String(wanted).toLowerCase()) return false;
			if (name === 'job' && [one.relations['job']?.() ?? []].flat()[0]?.id !== wanted) return false;
		}
		if (type !== 'jobs' || !top) return true;
		// Without the filter, only what the career site shows.
		const status = String(filter['status'] ?? 'published');
		return status === 'all' || one.attributes['human-status'] === status;
	}

	private sorted(type: string, docs: Doc[], sort: unknown): Doc[] {
		if (sort === undefined) return docs;
		const text = String(sort);
		const name = text.replace(/^-/, '');
		const sample = docs[0];
		if (name !== 'id' && sample && !(name in sample.attributes)) throw fail(400, `${name} is not a valid sort criteria for ${type}`);
		const key = (doc: Doc): number => (name === 'id' ? Number(doc.id) : name === 'created-at' ? doc.stamp.createdAt : /-at$/.test(name) ? Date.parse(String(doc.attributes[name])) : Number(doc.attributes[name]));
		const sign = text.startsWith('-') ? -1 : 1;
		return docs.map((doc) => ({ doc, at: sign * key(doc) })).sort((a, b) => a.at - b.at).map(({ doc }) => doc);
	}

	private find({ type, id }: Ref, request: FastifyRequest): Doc | undefined {
		return this.kinds[type]?.one(id, versionOf(request));
	}

	/** Relations show their links; their `data` only where `include` names them. */
	private document(request: FastifyRequest, docs: readonly Doc[]): { data: object[]; included: object[] } {
		const tree: Tree = new Map();
		for (const path of String(queryOf(request)['include'] ?? '').split(',').filter(Boolean)) path.split('.').reduce<Tree>((at, name) => at.get(name) ?? at.set(name, new Map()).get(name) ?? at, tree);
		const others = new Map<string, { doc: Doc; names: Set<string> }>();
		const visit = (doc: Doc, below: Tree): void => {
			for (const [name, deeper] of below) {
				const read = doc.relations[name];
				if (!read) throw fail(400, `${name} is not a valid includable relationship of ${doc.type}`);
				for (const ref of [read() ?? []].flat()) {
					const found = this.find(ref, request);
					if (!found) continue;
					const known = others.get(`${ref.type} ${ref.id}`) ?? { doc: found, names: new Set<string>() };
					others.set(`${ref.type} ${ref.id}`, known);
					for (const one of deeper.keys()) known.names.add(one);
					visit(found, deeper);
				}
			}
		};
		if (this.setup.includes) for (const doc of docs) visit(doc, tree);
		const names = new Set(this.setup.includes ? tree.keys() : []);
		return { data: docs.map((doc) => this.resource(doc, names)), included: [...others.values()].map(({ doc, names: own }) => this.resource(doc, own)) };
	}

	private resource({ type, id, attributes, relations, links }: Doc, names: ReadonlySet<string>): object {
		const self = `${this.tools.origin()}/teamtailor/v1/${type}/${id}`;
		return {
			id, type, links: { ...links, self }, attributes,
			relationships: Object.fromEntries(Object.entries(relations).map(([name, read]) => [name, { links: { self: `${self}/relationships/${name}`, related: `${self}/${name}` }, ...(names.has(name) ? { data: read() } : {}) }])),
		};
	}

	// ---------------------------------------------------------------------------------------------------------- writing

	createCandidate(request: FastifyRequest): object {
		const { attributes } = readDocument(request.body, 'candidates', null);
		const email = attributes['email'];
		if (attributes['sourced'] !== true && (typeof email !== 'string' || email === '')) throw invalid('email', "can't be blank");
		if (typeof email === 'string' && !/^[^@\s]+@[^@\s]+$/.test(email)) throw invalid('email', 'is invalid');
		const known = typeof email === 'string' ? this.world.candidates.alive().find(({ emails }) => emails.some(({ address }) => address.toLowerCase() === email.toLowerCase())) : undefined;
		if (known && attributes['merge'] !== true) throw invalid('email', 'has already been taken');
		const one = known ?? this.world.add('candidate', { firstName: null, lastName: null, company: null, title: null, emails: [], phones: [], links: [], place: null, source: null, tagIds: [], consent: null }, BY);
		return this.written(request, one, attributes);
	}

	updateCandidate(request: FastifyRequest, id: string): object {
		this.need(request, 'candidates', id);
		const { attributes } = readDocument(request.body, 'candidates', id);
		const one = this.rows.ids.find('candidate', id);
		if (!one) throw fail(404);
		return this.written(request, one, attributes);
	}

	private written(request: FastifyRequest, one: Candidate, attributes: Record<string, unknown>): object {
		const text = (name: string): string | null | undefined => (name in attributes ? (attributes[name] === null ? null : String(attributes[name])) : undefined);
		const [firstName, lastName, email, phone] = [text('first-name'), text('last-name'), text('email'), text('phone')];
		this.world.change('candidate', one.id, {
			...(firstName === undefined ? {} : { firstName }),
			...(lastName === undefined ? {} : { lastName }),
			...(email === undefined ? {} : { emails: email === null ? [] : [{ address: email, type: 'PERSONAL' }] }),
			...(phone === undefined ? {} : { phones: phone === null ? [] : [{ number: phone, type: 'PERSONAL' }] }),
		}, BY);
		const { tags } = attributes;
		if (Array.isArray(tags)) {
			const current = () => this.world.find('candidate', one.id) ?? one;
			for (const id of this.setup.tagsReplace ? current().tagIds : []) {
				const { name } = this.world.tags.need(id);
				if (!tags.includes(name)) untag(this.world, current(), name, BY);
			}
			for (const name of tags) tag(this.world, current(), String(name), BY);
		}
		return this.show(request, this.rows.candidate(this.world.find('candidate', one.id) ?? one));
	}

	createApplication(request: FastifyRequest): object {
		const { relations } = readDocument(request.body, 'job-applications', null);
		const [person, job] = [this.rows.ids.find('candidate', idIn(relations['candidate'])), this.rows.ids.find('job', idIn(relations['job']))];
		if (!person) throw invalid('candidate', "can't be blank");
		if (!job) throw invalid('job', "can't be blank");
		if (this.world.applications.by('candidateId', person.id).some(({ jobId, deletedAt }) => jobId === job.id && deletedAt === null)) throw invalid('candidate', 'has already applied to this job');
		const stage = relations['stage'] === undefined ? undefined : this.rows.stage(idIn(relations['stage']));
		if (relations['stage'] !== undefined && stage?.job.id !== job.id) throw invalid('stage', 'is invalid');
		const { application } = apply(this.world, job, { candidate: person, candidateId: person.id, ...(stage ? { stageId: stage.stage.id } : {}) }, BY);
		return this.show(request, this.rows.application(application));
	}

	/** Whether `rejected-at` can be written is not known: refused. */
	updateApplication(request: FastifyRequest, id: string): object {
		this.need(request, 'job-applications', id);
		const { attributes, relations } = readDocument(request.body, 'job-applications', id);
		const one = this.rows.ids.find('application', id);
		if (!one) throw fail(404);
		for (const name of Object.keys(attributes)) throw fail(400, `${name} is not allowed.`);
		for (const name of Object.keys(relations)) if (name !== 'stage') throw fail(400, `${name} is not allowed.`);
		const target = this.rows.stage(idIn(relations['stage']));
		if (target?.job.id !== one.jobId) throw invalid('stage', 'is invalid');
		move(this.world, one, target.stage.id, BY);
		return this.show(request, this.rows.application(this.world.find('application', one.id) ?? one));
	}

	createNote(request: FastifyRequest): object {
		const { attributes, relations } = readDocument(request.body, 'notes', null);
		const [person, user] = [this.rows.ids.find('candidate', idIn(relations['candidate'])), this.rows.ids.find('user', idIn(relations['user']))];
		if (!person) throw invalid('candidate', "can't be blank");
		if (!user) throw invalid('user', "can't be blank");
		if (typeof attributes['note'] !== 'string' || attributes['note'] === '') throw invalid('note', "can't be blank");
		const note = addNote(this.world, { candidateId: person.id, applicationId: null }, { html: attributes['note'], authorId: user.id }, BY);
		return { data: { id: this.rows.ids.of('note', note), type: 'notes', attributes: { note: note.html, 'private-note': false, 'created-at': request.headers.date ?? null }, relationships: {} } };
	}
}

function idIn(relation: Ref | Ref[] | null | undefined): string {
	return relation && !Array.isArray(relation) ? relation.id : '';
}
