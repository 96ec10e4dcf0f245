import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ZodType } from 'zod/v4';
import { tag, untag } from './actions.cts';
import { DAY } from './clock.cts';
import { documentOf, listQuery, LOCALES, messageBody } from './chatTechnologies/requests.cts';
import { candidateRow, changeRow, companyRow, departmentRow, inOrder, messageRow, roleRow, stamp, uuidOf, type Extras } from './chatTechnologies/rows.cts';
import { isShown, resourceObject, type Shown } from './jsonApi.cts';
import { ApiError, type Simulator, type Tools } from './simulator.cts';
import type { Base, Candidate } from './model.cts';
import { opaqueId } from './random.cts';
import { isRecord } from './server.cts';
import type { World } from './world.cts';

const BY = 'chatTechnologies';
const SERVICE = 'chatrecruit';

/** What differs from customer to customer; `POST /_sandbox/chatTechnologies/settings` changes any of it. */
interface Setup {
	/** of everything but messages, which the documentation shows in the first form only */
	envelope: 'unified' | 'jsonapi';
	/** where the next page stands */
	paging: 'metadata' | 'meta' | 'links' | 'foreignLink';
	/** of the changes feed */
	order: 'newest' | 'oldest' | 'none';
	/** false: entries of the feed come without an id */
	changeIds: boolean;
	/** false: writes answer with nothing but the id */
	wholeWrites: boolean;
	/** false: this account does not expose it */
	company: boolean;
	/** milliseconds that the address of a resume works */
	resumeLife: number;
	/** so many addresses of resumes are dead from the start */
	deadResumes: number;
	/** path of each undocumented resource */
	paths: { candidates: string; departments: string; roles: string; changes: string };
}

const keyOf = (world: World): string => `ct_live_${opaqueId(`${world.seed}/chat technologies key`, 1)}`;

/** Chat Technologies (https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908) over the world, in the forms its page shows. */
export function chatTechnologies(): Simulator {
	return {
		name: 'chatTechnologies',
		paths: { chatTechnologies: '/chatTechnologies' },
		credentials: (world) => ({ apiKey: keyOf(world), authScheme: 'bearer', appId: 'app-1', consumerId: 'acme', serviceId: '' }),
		errorBody: (status, message) => ({ status_code: status, error: TITLES[status] ?? 'Error', type_name: status === 401 ? 'UnauthorizedError' : 'Error', message: message ?? TITLES[status] ?? 'Something went wrong', detail: '', ref: '' }),
		errorInSuccess: () => ({ errors: [{ status: '422', title: 'cannot be processed', detail: 'The connector refused it' }] }),
		register(app, world, tools) {
			const setup: Setup = {
				envelope: 'jsonapi',
				paging: 'metadata',
				order: 'newest',
				changeIds: true,
				wholeWrites: true,
				company: true,
				resumeLife: 30_000,
				deadResumes: 0,
				paths: { candidates: '/candidates', departments: '/departments', roles: '/roles', changes: '/changes' },
			};
			tools.control('settings', (body) => {
				Object.assign(setup, body, { paths: { ...setup.paths, ...(isRecord(body['paths']) ? body['paths'] : {}) } });
			});
			const service = new Service(world, tools, setup);
			app.all('/*', async (request, reply) => await service.answer(request, reply));
		},
	};
}

const TITLES: Record<number, string> = { 400: 'Bad Request', 401: 'Unauthorized', 402: 'Payment Required', 403: 'Forbidden', 404: 'Not Found', 409: 'Conflict', 422: 'Unprocessable Entity', 429: 'Too Many Requests' };

/** One kind of record, as the routes need it. */
interface Kind {
	type: string;
	rows(): readonly Base[];
	find(id: string): Base | undefined;
	show(row: Base): Shown | Record<string, unknown>;
	create?(body: Body): Base | Promise<Base>;
	update?(row: Base, body: Body): void | Promise<void>;
	remove?(row: Base): void;
	filters?: Record<string, (row: Base, value: string) => boolean>;
}

interface Body {
	attributes: Record<string, unknown>;
	relations: Record<string, unknown>;
	/** a message: the body itself */
	plain: Record<string, unknown>;
}

class Service {
	private readonly extras: Extras = new Map();

	constructor(
		private readonly world: World,
		private readonly tools: Tools,
		private readonly setup: Setup,
	) {}

	async answer(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
		this.authorise(request);
		const path = (request.url.split('?')[0] ?? '').replace(/^\/chatTechnologies/, '');
		const query = request.query as Record<string, string>;
		const method = request.method === 'POST' && query['_method'] ? query['_method'] : request.method;
		if (request.method === 'POST' && query['_method'] && !['PATCH', 'PUT', 'DELETE'].includes(method)) this.violation(request, [`_method=${method} is no verb of the documentation`]);
		if (path === '/company') return await this.company(request, method);
		for (const [base, kind] of this.kinds()) {
			if (path === base) return method === 'GET' ? this.list(request, kind, path) : method === 'POST' ? await this.create(request, reply, kind) : this.fail(404, 'No such route');
			if (!path.startsWith(`${base}/`)) continue;
			const row = kind.find(decodeURIComponent(path.slice(base.length + 1)));
			if (!row || row.deletedAt !== null) return this.fail(404, `There is no ${kind.type} with this id`);
			if (method === 'GET') return this.one(request, kind.show(row), 'one');
			if ((method === 'PATCH' || method === 'PUT') && kind.update) return await this.update(request, kind, row);
			if (method === 'DELETE' && kind.remove) {
				kind.remove(row);
				return await reply.code(204).send();
			}
		}
		return this.fail(404, `Nothing is served at ${method} ${path}`);
	}

	private kinds(): Array<[path: string, kind: Kind]> {
		const { paths } = this.setup;
		return [
			['/messages', this.messages()],
			[paths.candidates, this.candidates()],
			[paths.departments, this.departments()],
			[paths.roles, this.roles()],
			[paths.changes, this.changes()],
		];
	}

	// ------------------------------------------------------------------------------------------------------ transport

	/** Bearer needs both ids beside the key; Token stands alone, as the examples show it. */
	private authorise(request: FastifyRequest): void {
		const { authorization } = request.headers;
		const key = keyOf(this.world);
		if (authorization === `Token token=${key}`) return;
		if (authorization !== `Bearer ${key}` || request.headers['ct-app-id'] !== 'app-1' || typeof request.headers['ct-consumer-id'] !== 'string') this.fail(401, 'Unauthorized request');
	}

	private list(request: FastifyRequest, kind: Kind, path: string): unknown {
		const query = request.query as Record<string, string>;
		this.check(request, listQuery, query);
		const { cursor, limit, ...rest } = query;
		const filtered = Object.entries(rest).reduce((rows, [name, value]) => {
			const field = /^filter\[(.+)\]$/.exec(name)?.[1];
			const fits = field === undefined ? undefined : kind.filters?.[field];
			return fits ? rows.filter((row) => fits(row, value)) : rows;
		}, kind.rows());
		const page = this.tools.pager.page(request, filtered, { cursor: cursor ?? null, size: Number(limit ?? 50), filters: JSON.stringify(rest) });
		const shown = page.rows.map((row) => kind.show(row));
		const messages = kind.type === 'messages';
		const unified = messages || this.setup.envelope === 'unified';
		return {
			...(this.setup.envelope === 'unified' ? { status_code: 200, status: 'OK', service: SERVICE, resource: kind.type, operation: 'all' } : {}),
			data: shown.map((row) => this.enveloped(row, unified)),
			...this.next(page.next, path, query, messages),
			...this.included(shown, query['include']),
			...this.raw(request, shown),
		};
	}

	private next(next: string | null, path: string, query: Record<string, string>, messages: boolean): Record<string, unknown> {
		const { paging } = this.setup;
		if (messages || paging === 'metadata') return { metadata: { cursors: { previous: null, next } } };
		if (paging === 'meta') return { meta: { cursors: { next } }, links: { next: null } };
		const origin = paging === 'foreignLink' ? 'https://elsewhere.example' : `${this.tools.origin()}/chatTechnologies`;
		return { links: next === null ? {} : { next: `${origin}${path}?${new URLSearchParams({ ...query, cursor: next }).toString()}` } };
	}

	private included(shown: ReadonlyArray<Shown | Record<string, unknown>>, include: string | undefined): { included?: unknown[] } {
		if (!include?.split(',').includes('candidate')) return {};
		const ids = new Set(shown.flatMap((row) => (isShown(row) && isRecord(row.relations['candidate']) ? [String(row.relations['candidate']['id'])] : [])));
		const kind = this.candidates();
		return { included: [...ids].flatMap((id) => kind.find(id) ?? []).map((row) => this.enveloped(kind.show(row), false)) };
	}

	private one(request: FastifyRequest, row: Shown | Record<string, unknown>, operation: string): unknown {
		const unified = !isShown(row) || this.setup.envelope === 'unified';
		return {
			...(this.setup.envelope === 'unified' ? { status_code: 200, status: 'OK', service: SERVICE, operation } : {}),
			data: this.enveloped(row, unified),
			...this.raw(request, [row]),
		};
	}

	private raw(request: FastifyRequest, rows: unknown[]): { _raw?: unknown } {
		return request.headers['ct-raw'] === 'true' ? { _raw: { connector: SERVICE, consumer: request.headers['ct-consumer-id'] ?? null, rows } } : {};
	}

	private enveloped(row: Shown | Record<string, unknown>, unified: boolean): unknown {
		if (!isShown(row)) return row;
		const hasId = row.type !== 'activities' || this.setup.changeIds;
		if (unified) return { ...(hasId ? { id: row.id } : {}), ...row.attributes, ...Object.fromEntries(Object.entries(row.relations).map(([name, target]) => [`${name}_id`, Array.isArray(target) ? target.map(({ id }) => id) : (target?.id ?? null)])) };
		return resourceObject(hasId ? row : { ...row, id: undefined });
	}

	private async create(request: FastifyRequest, reply: FastifyReply, kind: Kind): Promise<unknown> {
		if (!kind.create) return this.fail(404, 'No such route');
		const row = await kind.create(this.body(request, kind, null));
		return await reply.code(201).send(this.written(request, kind, row, 'add'));
	}

	private async update(request: FastifyRequest, kind: Kind, row: Base): Promise<unknown> {
		const shown = kind.show(row);
		await kind.update?.(row, this.body(request, kind, String(shown['id' as keyof typeof shown])));
		return this.written(request, kind, row, 'update');
	}

	private written(request: FastifyRequest, kind: Kind, row: Base, operation: string): unknown {
		const shown = kind.show(row);
		return this.setup.wholeWrites ? this.one(request, shown, operation) : { data: { id: String(shown['id' as keyof typeof shown]) } };
	}

	private body(request: FastifyRequest, kind: Kind, id: string | null): Body {
		const type = String(request.headers['content-type'] ?? '').split(';')[0];
		const messages = kind.type === 'messages';
		const due = messages ? 'application/json' : 'application/vnd.api+json';
		if (type !== due) this.violation(request, [`the content type is ${String(type)}, not ${due}`]);
		this.check(request, messages ? messageBody : documentOf(kind.type, id), request.body);
		const plain = isRecord(request.body) ? request.body : {};
		const data = isRecord(plain['data']) ? plain['data'] : {};
		if (!messages && (data['type'] !== kind.type || (id !== null && data['id'] !== id))) this.refuse('type and id of the document must be those of the path', '/data');
		return { plain, attributes: isRecord(data['attributes']) ? data['attributes'] : {}, relations: isRecord(data['relationships']) ? data['relationships'] : {} };
	}

	private check(request: FastifyRequest, schema: ZodType, value: unknown): void {
		if (!this.tools.validate) return;
		const { error } = schema.safeParse(value);
		if (error) this.violation(request, error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
	}

	private violation(request: FastifyRequest, errors: string[]): void {
		this.tools.violation({ where: 'request', method: request.method, path: request.url, operation: null, errors });
	}

	private fail(status: number, message: string): never {
		throw new ApiError(status, { status_code: status, error: TITLES[status] ?? 'Error', type_name: status === 401 ? 'UnauthorizedError' : 'EntityError', message, detail: '', ref: '' });
	}

	/** 422 in the words of JSON:API. */
	private refuse(detail: string, pointer: string): never {
		throw new ApiError(422, { errors: [{ status: '422', title: 'invalid', detail, code: '100', source: { pointer } }] });
	}

	// ------------------------------------------------------------------------------------------------------ resources

	private async company(request: FastifyRequest, method: string): Promise<unknown> {
		const company = this.world.companies.rows[0];
		if (!company || !this.setup.company) return this.fail(404, 'Not found');
		if (method !== 'GET') {
			const kind: Kind = { type: 'companies', rows: () => [company], find: () => company, show: () => companyRow(this.world, company) };
			const { attributes, relations } = this.body(request, kind, uuidOf(this.world, company));
			const { name, website, locale } = attributes;
			if (locale !== undefined && !LOCALES.some((one) => one === locale)) this.refuse('locale - is not included in the list', '/data/attributes/locale');
			const manager = targetOf(relations['manager']);
			const user = manager === undefined || manager === null ? null : this.world.users.byNumber(Number(manager));
			if (manager && !user) this.refuse('manager - must exist', '/data/relationships/manager');
			this.world.change('company', company.id, defined({ name, website, locale, managerId: manager === undefined ? undefined : (user?.id ?? null) }), BY);
		}
		return this.one(request, companyRow(this.world, company), method === 'GET' ? 'one' : 'update');
	}

	private candidates(): Kind {
		const { world } = this;
		return {
			type: 'candidates',
			rows: () => world.candidates.alive(),
			find: (id) => world.candidates.byNumber(Number(id)),
			show: (row) => this.candidateRow(row as Candidate),
			filters: { email: (row, value) => (row as Candidate).emails.some(({ address }) => address === value) },
			create: ({ attributes }) => {
				const { email } = attributes;
				const known = typeof email === 'string' ? this.withEmail(email) : undefined;
				if (known && attributes['merge'] !== true) return this.refuse('email - has already been taken', '/data/attributes/email');
				if (typeof email !== 'string' && attributes['sourced'] !== true) this.refuse("email - can't be blank", '/data/attributes/email');
				const candidate = known ?? world.add('candidate', { firstName: null, lastName: null, company: null, title: null, emails: [], phones: [], links: [], place: null, source: null, tagIds: [], consent: null }, BY);
				return this.fillCandidate(candidate, attributes);
			},
			update: async (row, { attributes }) => void (await this.fillCandidate(row as Candidate, attributes)),
			remove: (row) => world.remove('candidate', row.id, BY),
		};
	}

	private withEmail(email: string): Candidate | undefined {
		return this.world.candidates.alive().find((row) => row.emails.some(({ address }) => address.toLowerCase() === email.toLowerCase()));
	}

	private async fillCandidate(candidate: Candidate, attributes: Record<string, unknown>): Promise<Candidate> {
		const { world } = this;
		const { email, phone, tags, resume } = attributes;
		if (typeof email === 'string') {
			const other = this.withEmail(email);
			if (other && other !== candidate) this.refuse('email - has already been taken', '/data/attributes/email');
		}
		const consent = attributes['set-consent-expiration'] === true ? { given: true, expiresAt: world.clock.now() + 365 * DAY } : undefined;
		const linkedin = attributes['linkedin-url'];
		world.change(
			'candidate',
			candidate.id,
			defined({
				firstName: attributes['first-name'],
				lastName: attributes['last-name'],
				emails: typeof email === 'string' ? [{ address: email, type: 'PERSONAL' as const }] : undefined,
				phones: typeof phone === 'string' ? [{ number: phone, type: 'PERSONAL' as const }] : undefined,
				links: typeof linkedin === 'string' ? [linkedin] : undefined,
				consent,
			}),
			BY,
		);
		if (Array.isArray(tags)) {
			const names = tags.map(String);
			for (const id of [...candidate.tagIds]) {
				const name = world.tags.get(id)?.name;
				if (name !== undefined && !names.includes(name)) untag(world, candidate, name, BY);
			}
			for (const name of names) tag(world, candidate, name, BY);
		}
		const more = { ...this.extras.get(candidate) };
		for (const name of ['connected', 'internal', 'sourced', 'unsubscribed', 'picture', 'pitch', 'facebook-id', 'linkedin-uid', 'referring-url']) if (attributes[name] !== undefined) more[name] = attributes[name];
		for (const [name, value] of Object.entries(attributes)) if (name.startsWith('x-')) more[name] = value;
		if (attributes['consent-given-future-jobs'] === true) more['consent-future-jobs-at'] = stamp(world.clock.now());
		this.extras.set(candidate, more);
		if (attributes['send-welcome-message'] === true) world.add('activity', { code: 'message', data: { subject: 'Welcome to connect' }, candidateId: candidate.id, jobId: null, userId: null }, BY);
		if (typeof resume === 'string') await this.keepResume(candidate, resume);
		return candidate;
	}

	/** The service fetches the address that it was given. */
	private async keepResume(candidate: Candidate, address: string): Promise<void> {
		const answer = await fetch(address).catch(() => undefined);
		if (!answer?.ok) this.refuse('resume - could not be fetched', '/data/attributes/resume');
		const fileName = decodeURIComponent(new URL(address).pathname.split('/').at(-1) ?? 'resume.pdf');
		const attachment = this.world.add('attachment', { candidateId: candidate.id, applicationId: null, kind: 'CV', fileName, contentType: answer?.headers.get('content-type') ?? 'application/pdf' }, BY);
		this.world.keepBytes(attachment.id, Buffer.from((await answer?.arrayBuffer()) ?? []));
	}

	private candidateRow(row: Candidate): Shown {
		const { world, tools, setup } = this;
		const cv = world.attachments.by('candidateId', row.id).filter((one) => one.kind === 'CV' && one.deletedAt === null).at(-1);
		return candidateRow(world, row, this.extras, (which) => cv ? tools.publish({ name: which === 'pdf' ? 'resume.pdf' : cv.fileName, contentType: cv.contentType, bytes: () => world.bytes(cv) }, setup.deadResumes-- > 0 ? -1 : setup.resumeLife) : null);
	}

	private departments(): Kind {
		const { world, extras } = this;
		const fill = (row: Base, { attributes, relations }: Body): void => {
			if (typeof attributes['name'] === 'string') world.change('department', row.id, { name: attributes['name'] }, BY);
			keepTeams(extras, row, relations);
			for (const number of targetsOf(relations['roles']) ?? []) {
				const role = world.positions.byNumber(Number(number));
				if (!role) return this.refuse('roles - must exist', '/data/relationships/roles');
				world.change('position', role.id, { departmentId: row.id }, BY);
			}
		};
		return {
			type: 'departments',
			rows: () => world.departments.alive(),
			find: (id) => world.departments.byNumber(Number(id)),
			show: (row) => departmentRow(world, world.departments.need(row.id), extras),
			create: (body) => {
				if (typeof body.attributes['name'] !== 'string') this.refuse("name - can't be blank", '/data/attributes/name');
				const made = world.add('department', { name: String(body.attributes['name']) }, BY);
				fill(made, body);
				return made;
			},
			update: fill,
			remove: (row) => {
				if (world.positions.by('departmentId', row.id).some((one) => one.deletedAt === null)) this.fail(409, 'The department still has roles');
				world.remove('department', row.id, BY);
			},
		};
	}

	private roles(): Kind {
		const { world, extras } = this;
		const fill = (row: Base, { attributes, relations }: Body): void => {
			const number = targetOf(relations['department']);
			const department = number ? world.departments.byNumber(Number(number)) : undefined;
			if (number && !department) this.refuse('department - must exist', '/data/relationships/department');
			const name = typeof attributes['name'] === 'string' ? attributes['name'] : undefined;
			world.change('position', row.id, defined({ name, departmentId: department?.id }), BY);
			keepTeams(extras, row, relations);
		};
		return {
			type: 'roles',
			rows: () => world.positions.alive(),
			find: (id) => world.positions.byNumber(Number(id)),
			show: (row) => roleRow(world, world.positions.need(row.id), extras),
			create: (body) => {
				const made = world.add('position', { name: String(body.attributes['name'] ?? ''), departmentId: '' }, BY);
				fill(made, body);
				return made;
			},
			update: fill,
			remove: (row) => world.remove('position', row.id, BY),
		};
	}

	private changes(): Kind {
		const { world } = this;
		return {
			type: 'activities',
			rows: () => inOrder(world.activities.alive(), this.setup.order),
			find: (id) => world.activities.byNumber(Number(id)),
			show: (row) => changeRow(world, world.activities.need(row.id)),
		};
	}

	private messages(): Kind {
		const { world } = this;
		return {
			type: 'messages',
			rows: () => world.messages.alive(),
			find: (id) => world.messages.get(id),
			show: (row) => messageRow(world, world.messages.need(row.id)),
			create: ({ plain }) => {
				const candidate = world.candidates.byNumber(Number(plain['candidate_id']));
				if (!candidate) return this.fail(422, 'candidate_id: there is no such candidate');
				const text = String(plain['body'] ?? '');
				const subject = typeof plain['subject'] === 'string' ? plain['subject'] : null;
				const application = world.applications.by('candidateId', candidate.id)[0];
				const made = world.add('message', { candidateId: candidate.id, applicationId: application?.id ?? '', authorId: world.users.rows[0]?.id ?? null, subject, text, html: `<p>${text}</p>`, auto: false, deliverAt: world.clock.now(), delivered: true, attachmentIds: [] }, BY);
				world.add('activity', { code: 'message', data: { subject, body: text }, candidateId: candidate.id, jobId: application?.jobId ?? null, userId: made.authorId }, BY);
				return made;
			},
			update: (row, { plain }) => world.change('message', row.id, defined({ subject: plain['subject'], text: plain['body'] }), BY),
			remove: (row) => world.remove('message', row.id, BY),
		};
	}
}

/** The id that a to-one relation names; null: none; undefined: not given. */
function targetOf(relation: unknown): string | null | undefined {
	const data = isRecord(relation) ? relation['data'] : undefined;
	return data === null ? null : isRecord(data) ? String(data['id']) : undefined;
}

function targetsOf(relation: unknown): string[] | undefined {
	const data = isRecord(relation) ? relation['data'] : undefined;
	return Array.isArray(data) ? data.map((one) => (isRecord(one) ? String(one['id']) : '')) : undefined;
}

function keepTeams(extras: Extras, row: Base, relations: Record<string, unknown>): void {
	const teams = targetsOf(relations['teams']);
	if (teams) extras.set(row, { ...extras.get(row), teams });
}

function defined(patch: Record<string, unknown>): Record<string, never> {
	// The world's fields are checked by the schemas above; what is absent stays as it is.
	return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Record<string, never>;
}
