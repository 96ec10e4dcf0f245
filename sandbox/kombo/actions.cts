import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as acts from '../actions.cts';
import { isoOrNull } from '../clock.cts';
import type { Application, Attachment, Candidate, Job } from '../model.cts';
import { opaqueId } from '../random.cts';
import { readAnswers, type GivenAnswer } from './answers.cts';
import { fail, notFound } from './errors.cts';
import { fileOf, RESTRICTIONS, type GivenFile } from './files.cts';
import type { Guard } from './guard.cts';
import type { Row } from './rows.cts';
import { ACTIONS, type KomboState } from './state.cts';

const BY = 'kombo';

interface Given {
	request: FastifyRequest<{ Params: Record<string, string> }>;
	/** what the ATS could not do, though the whole succeeded */
	warnings: string[];
}

/** `lists`: the answer carries `warnings` */
type Handler = (given: Given) => Promise<Row> | Row;

/**
 * The unified actions: they reach the ATS at once and one by one, at most so many in flight per integration
 * (https://docs.kombo.dev/ats/guides/concurrency-limiting).
 */
export function registerActions(app: FastifyInstance, state: KomboState, guard: Guard): void {
	const { world } = state;

	const action = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, name: string, handler: Handler, options: { warnings: boolean } = { warnings: true }): void => {
		app.route<{ Params: Record<string, string> }>({
			method,
			url: `/v1${path}`,
			handler: async (request, reply) => {
				const operation = guard.request(request, pathOf(request));
				state.integration(request);
				if (state.actionsOff.has(name)) throw fail('INTEGRATION.ACTION_DISABLED', `The action "${ACTIONS[name] ?? name}" is disabled in the scope config.`);
				return await inTurn(state, reply, async () => {
					const warnings: string[] = [];
					const data = await handler({ request, warnings });
					return await guard.answer(request, reply, operation, { status: 'success', data, ...(options.warnings ? { warnings: warnings.map((message) => ({ message })) } : {}) });
				});
			},
		});
	};

	const application = ({ request }: Given): Application => {
		const id = request.params['application_id'] ?? '';
		const found = world.find('application', id);
		if (!found || found.deletedAt !== null) throw notFound('application', id);
		return found;
	};
	const candidate = ({ request }: Given): Candidate => {
		const id = request.params['candidate_id'] ?? '';
		const found = world.find('candidate', id);
		if (!found || found.deletedAt !== null) throw notFound('candidate', id);
		return found;
	};
	const job = (id: string): Job => {
		const found = id.startsWith('remote:') ? world.jobs.byRemoteId(id.slice(7)) : world.jobs.get(id);
		if (!found || found.deletedAt !== null) throw notFound('job', id);
		return found;
	};
	const user = (id: string): string => {
		const found = id.startsWith('remote:') ? world.users.byRemoteId(id.slice(7)) : world.users.get(id);
		if (!found) throw fail('REMOTE.INPUT_INVALID', `There is no user with the id "${id}".`);
		return found.id;
	};

	const create = async (body: CreateBody, target: Job, stageId: string | undefined, warnings: string[]): Promise<{ application: Application; candidate: Candidate }> => {
		if (target.status !== 'OPEN') throw fail('ATS.JOB_CLOSED', `The job "${target.title}" is not open.`);
		if (stageId !== undefined && !target.stageIds.includes(stageId)) throw fail('REMOTE.INPUT_INVALID', `The stage "${stageId}" does not belong to the job "${target.title}".`);
		const given = body.candidate;
		const address = given.email_address.toLowerCase();
		const known = world.candidates.rows.find((row) => row.deletedAt === null && row.emails.some((email) => email.address.toLowerCase() === address));
		if (known && world.applications.by('candidateId', known.id).some((row) => row.deletedAt === null && row.jobId === target.id && row.status === 'PENDING')) {
			throw fail('ATS.APPLICATION_ALREADY_EXISTS', `${given.first_name} ${given.last_name} has already applied for "${target.title}".`);
		}
		const { answers, files: answerFiles } = await readAnswers(target, body.screening_question_answers ?? [], warnings);
		const files = await Promise.all((body.attachments ?? []).map(async (one) => await fileOf(one, one.type)));
		const place = given.location;
		const made = acts.apply(
			world,
			target,
			{
				candidate: {
					firstName: given.first_name,
					lastName: given.last_name,
					company: given.company ?? null,
					title: given.title ?? null,
					emails: [{ address: given.email_address, type: 'PERSONAL' }, ...(given.additional_email_addresses ?? []).map((one) => ({ address: one.email_address, type: one.type }))],
					phones: [...(given.phone_number === undefined ? [] : [{ number: given.phone_number, type: 'PERSONAL' as const }]), ...(given.additional_phone_numbers ?? []).map((one) => ({ number: one.phone_number, type: one.type }))],
					links: (given.social_links ?? []).map((one) => one.url),
					place: place ? { city: place.city ?? '', country: place.country, state: place.state ?? null, street: place.street_1 ?? null, zip: place.zip_code ?? null } : null,
					source: body.source?.name ?? 'Sandbox environment',
					tagIds: [],
					consent: body.gdpr_consent ? { given: body.gdpr_consent.given ?? true, expiresAt: body.gdpr_consent.expires_at === undefined ? null : Date.parse(body.gdpr_consent.expires_at) } : null,
				},
				stageId,
				answers,
				source: body.source?.name ?? 'Sandbox environment',
				ownerId: body.sourced_by ? user(body.sourced_by.user_id) : (target.team[0]?.userId ?? null),
			},
			BY,
		);
		for (const file of [...files, ...answerFiles]) acts.attach(world, { candidateId: made.candidate.id, applicationId: made.application.id }, file, BY);
		state.tracked.set(made.application.id, world.clock.now());
		return made;
	};

	action('POST', '/ats/jobs/:job_id/applications', 'ats_create_application', async ({ request, warnings }) => {
		const body = request.body as CreateBody & { stage_id?: string };
		const made = await create(body, job(request.params['job_id'] ?? ''), body.stage_id, warnings);
		return state.rows.created(made.application, made.candidate);
	});
	action('POST', '/ats/candidates', 'ats_create_candidate', async ({ request, warnings }) => {
		const body = request.body as CreateBody & { application: { job_id: string; stage_id?: string } };
		const made = await create(body, job(body.application.job_id), body.application.stage_id, warnings);
		return state.rows.candidate(made.candidate);
	});
	action('PUT', '/ats/applications/:application_id/stage', 'ats_set_application_stage', (given) => {
		const { stage_id: stageId } = given.request.body as { stage_id: string };
		const target = application(given);
		const stage = world.stages.get(stageId);
		if (!stage || !world.jobs.get(target.jobId)?.stageIds.includes(stageId)) throw fail('REMOTE.INPUT_INVALID', `The stage "${stageId}" was not found in the job of this application.`);
		if (!stage.active) throw fail('REMOTE.INPUT_INVALID', `The stage "${stage.name}" is not active.`);
		acts.move(world, target, stageId, BY);
		return {};
	});
	action('POST', '/ats/applications/:application_id/reject', 'ats_reject_application', (given) => {
		const { rejection_reason_id: reasonId, note } = given.request.body as { rejection_reason_id: string; note?: string };
		const target = application(given);
		if (!world.rejectionReasons.get(reasonId)) throw fail('REMOTE.INPUT_INVALID', `There is no rejection reason with the id "${reasonId}".`);
		if (target.status === 'DECLINED') given.warnings.push('The application was already rejected.');
		acts.reject(world, target, reasonId, note ?? null, BY);
		return {};
	});
	action('POST', '/ats/applications/:application_id/notes', 'ats_add_application_note', (given) => {
		const { content } = given.request.body as { content: string };
		const target = application(given);
		acts.addNote(world, { candidateId: target.candidateId, applicationId: target.id }, { html: content }, BY);
		return {};
	});

	const link = (given: Given, about: { candidateId: string; applicationId: string | null }): Row => {
		const body = given.request.body as { label: string; url: string; details?: { custom_field_name_prefix: string; attributes: Array<{ key: string; value: string }> } };
		const details = Object.fromEntries((body.details?.attributes ?? []).map((one) => [`${body.details?.custom_field_name_prefix ?? ''}${one.key}`, one.value]));
		world.add('resultLink', { ...about, label: body.label, url: body.url, details }, BY);
		return {};
	};
	action('POST', '/ats/applications/:application_id/result-links', 'ats_add_application_result_link', (given) => {
		const target = application(given);
		return link(given, { candidateId: target.candidateId, applicationId: target.id });
	});
	action('POST', '/ats/candidates/:candidate_id/result-links', 'ats_add_candidate_result_link', (given) => link(given, { candidateId: candidate(given).id, applicationId: null }));

	const shown = (attachment: Attachment): Row => ({
		type: attachment.kind,
		id: attachment.id,
		remote_id: attachment.remoteId,
		data_url: state.tools.publish({ name: attachment.fileName, contentType: attachment.contentType, bytes: () => world.bytes(attachment) }),
		file_name: attachment.fileName,
		content_type: attachment.contentType,
		remote_created_at: isoOrNull(attachment.createdAt),
		remote_updated_at: isoOrNull(attachment.changedAt),
	});
	const alive = (attachment: Attachment): boolean => attachment.deletedAt === null;
	action('GET', '/ats/applications/:application_id/attachments', 'ats_get_application_attachments', (given) => ({ results: world.attachments.by('applicationId', application(given).id).filter(alive).map(shown) }));
	action('GET', '/ats/candidates/:candidate_id/attachments', 'ats_get_candidate_attachments', (given) => ({
		results: world.attachments
			.by('candidateId', candidate(given).id)
			.filter(alive)
			.map((attachment) => ({ ...shown(attachment), candidate_id: attachment.candidateId, application_id: attachment.applicationId })),
	}));
	const attach = async (given: Given, about: { candidateId: string; applicationId: string | null }): Promise<Row> => {
		const { attachment } = given.request.body as { attachment: GivenFile & { type: Attachment['kind'] } };
		acts.attach(world, about, await fileOf(attachment, attachment.type), BY);
		return {};
	};
	action('POST', '/ats/applications/:application_id/attachments', 'ats_add_application_attachment', async (given) => {
		const target = application(given);
		return await attach(given, { candidateId: target.candidateId, applicationId: target.id });
	});
	action('POST', '/ats/candidates/:candidate_id/attachments', 'ats_add_candidate_attachment', async (given) => await attach(given, { candidateId: candidate(given).id, applicationId: null }));

	const tagOf = ({ request }: Given): string => (request.body as { tag: { name: string } }).tag.name;
	action('POST', '/ats/candidates/:candidate_id/tags', 'ats_add_candidate_tag', (given) => {
		acts.tag(world, candidate(given), tagOf(given), BY);
		return {};
	});
	action('DELETE', '/ats/candidates/:candidate_id/tags', 'ats_remove_candidate_tag', (given) => {
		acts.untag(world, candidate(given), tagOf(given), BY);
		return {};
	});

	const interviewOf = (body: InterviewBody) => {
		const time = (value: string, name: string): number => {
			const ms = Date.parse(value);
			if (Number.isNaN(ms)) throw fail('REMOTE.INPUT_INVALID', `"${name}" is not a date and time: ${value}`);
			return ms;
		};
		const startsAt = time(body.start_time, 'start_time');
		const endsAt = time(body.end_time, 'end_time');
		if (endsAt <= startsAt) throw fail('REMOTE.INPUT_INVALID', 'The interview ends before it begins.');
		return { title: body.title, startsAt, endsAt, interviewerIds: body.interviewer_user_ids.map(user), organizerId: user(body.organizer_user_id), where: { kind: body.location.type, address: body.location.address ?? null } };
	};
	const interviews = '/ats/applications/:application_id/interviews';
	const silent = { warnings: false };
	action('POST', interviews, 'ats_create_interview', (given) => {
		acts.schedule(world, application(given), interviewOf(given.request.body as InterviewBody), BY);
		return {};
	}, silent);
	action('PATCH', interviews, 'ats_update_interview', (given) => {
		const body = given.request.body as InterviewBody & { interview_id: string };
		const found = world.find('interview', body.interview_id);
		if (!found || found.applicationId !== application(given).id) throw notFound('interview', body.interview_id);
		world.change('interview', found.id, { ...interviewOf(body), status: 'SCHEDULED' }, BY);
		return {};
	}, silent);

	action('POST', '/ats/import-tracked-application', 'ats_import_tracked_application', ({ request, warnings }) => {
		const { tracked_at: trackedAt, ...keys } = request.body as { tracked_at: string | null } & Record<string, Record<string, string>>;
		const chosen = Object.keys(keys);
		if (chosen.length !== 1) throw fail('PLATFORM.INPUT_INVALID', 'Exactly one tool must be given.');
		const id = keys[chosen[0] ?? ''] ?? {};
		const remoteId = id['application_remote_id'] ?? id['application_id'] ?? id['placement_id'];
		const found =
			remoteId !== undefined
				? world.applications.byRemoteId(remoteId)
				: world.applications.rows.find((row) => world.candidates.get(row.candidateId)?.remoteId === id['candidate_remote_id'] && world.jobs.get(row.jobId)?.remoteId === id['job_remote_id']);
		if (!found) warnings.push('The application was not found yet. It will be imported with the next sync.');
		const key = found?.id ?? opaqueId(`${world.seed}/tracked/${JSON.stringify(id)}`, 1);
		state.tracked.set(key, trackedAt === null ? null : Date.parse(trackedAt));
		return { id: key, tracked_at: trackedAt === null ? null : new Date(trackedAt).toISOString(), imported_id: keys };
	});

	for (const [name, restrictions] of Object.entries(RESTRICTIONS)) {
		app.get(`/v1/ats/actions/${name}`, async (request, reply) => {
			const operation = guard.request(request, pathOf(request));
			state.integration(request);
			return await guard.answer(request, reply, operation, { status: 'success', data: { attachment_restrictions: restrictions } });
		});
	}
}

/** Takes one of the places in flight, or answers 429; says how many are left. */
async function inTurn(state: KomboState, reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
	const limit = state.concurrencyLimit;
	const free = limit - state.inFlight;
	reply.header('Concurrency-Limit', String(limit));
	reply.header('Concurrency-Remaining', String(Math.max(0, free - 1)));
	if (free <= 0) throw fail('PLATFORM.CONCURRENCY_LIMIT_EXCEEDED');
	state.inFlight++;
	try {
		if (state.actionTime > 0) await state.tools.sleep(state.actionTime);
		return await work();
	} finally {
		state.inFlight--;
	}
}

/** `/kombo/v1/ats/jobs?x=1` -> `/ats/jobs` */
export function pathOf(request: FastifyRequest): string {
	return (request.url.split('?')[0] ?? '').replace(/^\/kombo\/v1/, '');
}

type Kind = 'PERSONAL' | 'WORK' | 'OTHER';

interface CreateBody {
	candidate: {
		first_name: string;
		last_name: string;
		email_address: string;
		additional_email_addresses?: Array<{ type: Kind; email_address: string }>;
		company?: string;
		title?: string;
		phone_number?: string;
		additional_phone_numbers?: Array<{ type: Kind; phone_number: string }>;
		location?: { country: string; city?: string; state?: string; street_1?: string; zip_code?: string };
		social_links?: Array<{ url: string }>;
	};
	attachments?: Array<GivenFile & { type: Attachment['kind'] }>;
	screening_question_answers?: GivenAnswer[];
	source?: { name?: string };
	sourced_by?: { user_id: string };
	gdpr_consent?: { given?: boolean; expires_at?: string };
}

interface InterviewBody {
	title: string;
	start_time: string;
	end_time: string;
	interviewer_user_ids: string[];
	organizer_user_id: string;
	location: { type: 'PHYSICAL' | 'VIRTUAL'; address?: string };
}
