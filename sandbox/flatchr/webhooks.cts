import { iso } from '../clock.cts';
import type { Delivery } from '../deliveries.cts';
import type { Application, Job, Message, User } from '../model.cts';
import type { Change } from '../world.cts';
import * as rows from './rows.cts';
import type { FlatchrState } from './state.cts';

type Row = Record<string, unknown>;

/** Flatchr's hooks are set up by hand, one event each; moves are sent for one column. */
interface Hook {
	url: string;
	event: string;
	/** title; null: any */
	column: string | null;
	headers: Record<string, string>;
}

/** Unsigned deliveries with the ids as the samples have them: some encoded, some numbers (dossier section 5). */
export class FlatchrWebhooks {
	private readonly hooks: Hook[] = [];

	/** Changes are sent after the call that made them, so that a new applicant's CV is there. */
	private waiting: Change[] = [];

	constructor(private readonly state: FlatchrState) {
		state.world.onChange((change) => this.notice(change));
	}

	register(hook: Hook): void {
		this.hooks.push(hook);
	}

	clear(): void {
		this.hooks.length = 0;
		this.waiting = [];
	}

	async flush(): Promise<Delivery[]> {
		const changes = this.waiting;
		this.waiting = [];
		const sent: Delivery[] = [];
		for (const change of changes) {
			const event = this.eventOf(change);
			if (event) sent.push(...(await this.emit(event.event, event.body, event.column)));
		}
		return sent;
	}

	async emit(event: string, body: Row, column: string | null = null): Promise<Delivery[]> {
		const wanted = this.hooks.filter((hook) => hook.event === event && (hook.column === null || hook.column === column));
		return await Promise.all(wanted.map(async ({ url, headers }) => await this.state.tools.deliveries.send('flatchr', url, headers, JSON.stringify(body))));
	}

	private notice(change: Change): void {
		if (this.hooks.length === 0 || !this.eventName(change)) return;
		this.waiting.push(change);
		if (this.waiting.length === 1) setImmediate(() => void this.flush());
	}

	private eventName({ model, kind, fields }: Change): string | null {
		if (model === 'application') return kind === 'added' ? 'new_applicant' : fields.includes('stageId') ? 'drag_applicant' : null;
		if (kind !== 'added') return null;
		return model === 'message' ? 'new_message' : model === 'job' ? 'new_vacancy' : null;
	}

	private eventOf(change: Change): { event: string; body: Row; column: string | null } | null {
		const event = this.eventName(change);
		const { world } = this.state;
		const { id } = change.record;
		if (event === 'new_applicant') return { event, body: this.newApplicant(world.applications.need(id)), column: null };
		if (event === 'drag_applicant') return { event, body: this.moved(world.applications.need(id)), column: this.state.columnOf(world.applications.need(id)).name };
		if (event === 'new_message') return { event, body: this.newMessage(world.messages.need(id)), column: null };
		return event === 'new_vacancy' ? { event, body: this.newVacancy(world.jobs.need(id)), column: null } : null;
	}

	private newApplicant(application: Application): Row {
		const { state } = this;
		const { world, ids } = state;
		const candidate = world.candidates.need(application.candidateId);
		const job = world.jobs.need(application.jobId);
		const column = state.columnOf(application);
		const file = state.cvOf(application);
		return {
			event: 'new_applicant',
			company_id: state.companyNumber,
			data: {
				applicant: { ...this.applicant(application), id: ids.of('application', application) },
				candidate: this.candidate(application),
				vacancy: this.vacancy(job),
				column: state.number('column', column),
				cv: file ? rows.fileObject(state, file, candidate) : null,
				user: {},
				message: `Nouveau candidat : ${candidate.firstName ?? ''} ${candidate.lastName ?? ''}`,
				applicant_id: state.number('applicant', application),
				candidate_id: state.number('candidate', candidate),
				column_id: ids.of('stage', column),
				vacancy_id: ids.of('job', job),
				company: this.company(),
			},
		};
	}

	private moved(application: Application): Row {
		const { state } = this;
		const column = state.columnOf(application);
		const job = state.world.jobs.need(application.jobId);
		return {
			event: 'drag_applicant',
			company_id: state.companyNumber,
			data: {
				user: this.user(state.world.users.rows[0]),
				applicant: { ...this.applicant(application), applies: [], column: state.number('column', column), vacancy: this.vacancy(job) },
				candidate: { ...this.candidate(application), additionals: null },
				column: rows.column(state, column, state.columns().indexOf(column)),
				vacancy: this.vacancy(job),
				...this.idsOf(application, job),
				column_id: state.ids.of('stage', column),
				company: this.company(),
			},
		};
	}

	private newMessage(message: Message): Row {
		const { state } = this;
		const application = state.world.applications.need(message.applicationId);
		const job = state.world.jobs.need(application.jobId);
		return {
			event: 'new_message',
			company_id: state.companyKey,
			data: {
				user: this.user(state.world.users.get(message.authorId)),
				applicant: this.applicant(application),
				candidate: this.candidate(application),
				vacancy: this.vacancy(job),
				text: message.html,
				...this.idsOf(application, job),
				company: this.company(),
			},
		};
	}

	private newVacancy(job: Job): Row {
		const { state } = this;
		const [user] = state.world.users.rows;
		return {
			event: 'new_vacancy',
			company_id: state.companyNumber,
			data: {
				user: this.user(user),
				vacancy: { ...this.vacancy(job), questions: [], address: null, tags: [] },
				message: `Nouvelle annonce : ${job.title}`,
				user_id: user ? state.number('user', user) : null,
				vacancy_id: state.ids.of('job', job),
				company: this.company(),
			},
		};
	}

	private idsOf(application: Application, job: Job): Row {
		const { state } = this;
		const candidate = state.world.candidates.need(application.candidateId);
		const [user] = state.world.users.rows;
		return { user_id: user ? state.number('user', user) : null, applicant_id: state.number('applicant', application), candidate_id: state.number('candidate', candidate), vacancy_id: state.ids.of('job', job) };
	}

	/** With the number where REST has the 16 characters. */
	private applicant(application: Application): Row {
		const { state } = this;
		return {
			id: state.number('applicant', application),
			vacancy_id: state.number('vacancy', state.world.jobs.need(application.jobId)),
			candidate_id: state.number('candidate', state.world.candidates.need(application.candidateId)),
			score: 0,
			status: application.status === 'DECLINED' ? 0 : 1,
			created_at: iso(application.createdAt),
			updated_at: iso(application.changedAt),
			comment: null,
			column_id: state.number('column', state.columnOf(application)),
			view: false,
			anonym: false,
			duplicate: false,
			reason_id: null,
		};
	}

	private candidate(application: Application): Row {
		const { state } = this;
		const candidate = state.world.candidates.need(application.candidateId);
		const file = state.cvOf(application);
		return { id: state.number('candidate', candidate), firstname: candidate.firstName, lastname: candidate.lastName, email: candidate.emails[0]?.address ?? null, phone: candidate.phones[0]?.number ?? null, status: 1, created_at: iso(candidate.createdAt), updated_at: iso(candidate.changedAt), urls: {}, user_id: null, consent: true, cv: file ? rows.fileObject(state, file, candidate) : null };
	}

	/** Number and encoded id change places with REST. */
	private vacancy(job: Job): Row {
		const { id: _encoded, vacancy_id: _number, ...rest } = rows.vacancy(this.state, job);
		return { ...rest, id: this.state.number('vacancy', job), company_id: this.state.companyKey };
	}

	private user(user: User | undefined): Row {
		return user ? rows.userOf(this.state, user) : {};
	}

	private company(): Row {
		return { id: this.state.companyKey, name: this.state.world.companies.rows[0]?.name ?? null };
	}
}
