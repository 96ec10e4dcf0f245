import type { FastifyRequest } from 'fastify';
import { DAY, SECOND } from '../clock.cts';
import { ApiError, type Tools } from '../simulator.cts';
import type { Application, Attachment, Stage } from '../model.cts';
import { opaqueId } from '../random.cts';
import { Aliases, type World } from '../world.cts';

/** Numbers that stand beside the 16-character ids, each counted from elsewhere so that none is taken for another. */
const NUMBER_FROM = { vacancy: 7000, column: 13000, comment: 3600, user: 390, applicant: 500_000, candidate: 800_000, tag: 60, file: 900_000 } as const;

/** Everything Flatchr keeps that is not hiring data. */
export class FlatchrState {
	readonly companyNumber = 4217;

	readonly ids: Aliases;

	/** What `POST search/candidate` attached. */
	readonly meta: Array<Record<string, unknown>> = [];

	/** How search dates are taken: as documented, not at all, or with the day first. */
	filters: 'monthFirst' | 'ignored' | 'dayFirst' = 'monthFirst';

	/** How the search takes an address: as it is, as the beginning of one, or not at all. */
	emailFilter: 'exact' | 'loose' | 'ignored' = 'exact';

	newestFirst = false;

	/** How long the search does not show a new application, ms. */
	searchLag = 0;

	commentsNeedUser = true;

	/** How long a user's token lives, ms. */
	tokenLife = 5 * DAY;

	/** When the last CV was asked for. */
	lastCv = -Infinity;

	private readonly userTokens = new Map<string, number>();

	private logins = 0;

	constructor(
		readonly world: World,
		readonly tools: Tools,
	) {
		this.ids = new Aliases(world, (label, number) => opaqueId(`flatchr/${label}`, number, 16));
	}

	get apiKey(): string {
		return apiKeyOf(this.world);
	}

	get companyKey(): string {
		return companyKeyOf(this.world);
	}

	/** The header, or `token` in the query. */
	authenticate(request: FastifyRequest): 'key' | 'user' {
		const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? Reflect.get(request.query ?? {}, 'token');
		if (given === this.apiKey) return 'key';
		if (typeof given === 'string' && (this.userTokens.get(given) ?? 0) > this.world.clock.now()) return 'user';
		throw fail(401, 'Invalid token');
	}

	/** A JWT in form only: nobody here checks its third part. */
	issueToken(): string {
		const now = this.world.clock.now();
		const exp = Math.floor((now + this.tokenLife) / SECOND);
		const parts = [{ alg: 'HS256', typ: 'JWT' }, { sub: opaqueId(`${this.world.seed}/flatchr user`, 1, 16), n: ++this.logins, iat: Math.floor(now / SECOND), exp }];
		const token = [...parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')), opaqueId('jwt', this.logins, 32)].join('.');
		this.userTokens.set(token, exp * SECOND);
		return token;
	}

	revokeTokens(): void {
		this.userTokens.clear();
	}

	/** Columns are the company's: stages of the same name are one column. */
	columns(): Stage[] {
		const byName = new Map<string, Stage>();
		for (const stage of this.world.stages.alive()) if (!byName.has(stage.name)) byName.set(stage.name, stage);
		return [...byName.values()].sort((a, b) => a.index - b.index || a.number - b.number);
	}

	columnOf(application: Application): Stage {
		const stage = this.world.stages.need(application.stageId);
		return this.columns().find((column) => column.name === stage.name) ?? stage;
	}

	number(kind: keyof typeof NUMBER_FROM, record: { number: number }): number {
		return NUMBER_FROM[kind] + record.number;
	}

	/** The application's own CV, else the newest of the person. */
	cvOf(application: Application): Attachment | undefined {
		const files = this.world.attachments.by('candidateId', application.candidateId).filter((file) => file.kind === 'CV' && file.deletedAt === null);
		return files.find((file) => file.applicationId === application.id) ?? files.at(-1);
	}
}

export const apiKeyOf = (world: World): string => `flk_${opaqueId(`${world.seed}/flatchr key`, 1, 32)}`;
export const companyKeyOf = (world: World): string => opaqueId(`${world.seed}/flatchr company`, 1, 16);
export const USER = { email: 'recruiter@acme.example', password: 'sandbox-password' } as const;
export const WEBHOOK_SECRET = 'sandbox-webhook-secret';

const TITLES: Record<number, string> = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 409: 'Conflict', 415: 'Unsupported Media Type', 429: 'Too Many Requests', 500: 'Internal Server Error', 503: 'Service Unavailable' };

/** Error bodies are not documented; this is the common form of the framework that success envelopes look like. */
export const errorBody = (status: number, message?: string): unknown => ({ statusCode: status, error: TITLES[status] ?? 'Error', message: message ?? TITLES[status] ?? 'Error' });
export const fail = (status: number, message: string): ApiError => new ApiError(status, errorBody(status, message));
