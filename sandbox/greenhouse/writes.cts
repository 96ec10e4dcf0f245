import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod/v4';
import * as acts from '../actions.cts';
import type { Application, Attachment, Candidate, Fields } from '../model.cts';
import * as rows from './rows.cts';
import { fail, unprocessable, type GreenhouseState } from './state.cts';

/*
 * Bodies as the guides and several public clients send them; the published schemas of writes are not at hand.
 * Unknown keys are refused: what the real service does with them is not known, and no client of ours should find out.
 * https://harvestdocs.greenhouse.io/docs/write-endpoint-migration-guide
 */
const BY = 'greenhouse';

const id = z.int().positive();
const typed = z.array(z.strictObject({ value: z.string().min(1), type: z.string().min(1) }));
const person = {
	first_name: z.string().min(1),
	last_name: z.string().min(1),
	company: z.string().nullable().optional(),
	title: z.string().nullable().optional(),
	email_addresses: typed.optional(),
	phone_numbers: typed.optional(),
	website_addresses: typed.optional(),
	addresses: typed.optional(),
	social_media_addresses: z.array(z.strictObject({ value: z.string().min(1) })).optional(),
	tags: z.array(z.string()).optional(),
};
const of = { initial_stage_id: id.optional(), source_id: id.optional(), referrer_id: id.optional(), recruiter_id: id.optional(), coordinator_id: id.optional() };
const bodies = {
	newCandidate: z.strictObject({ ...person, application: z.strictObject({ job_id: id, ...of }).optional() }),
	candidate: z.strictObject(person).partial(),
	newApplication: z.strictObject({ candidate_id: id, job_id: id, ...of }),
	move: z.strictObject({ from_stage_id: id, to_stage_id: id, email_from_user_id: id.optional() }),
	reject: z.strictObject({ rejection_reason_id: id, notes: z.string().optional(), rejection_email: z.strictObject({ email_template_id: id, send_email_at: z.string().optional(), email_from_user_id: id.optional() }).optional() }),
	nothing: z.strictObject({}).optional(),
	note: z.strictObject({ candidate_id: id, application_id: id.optional(), user_id: id.optional(), body: z.string().min(1), note_type: z.enum(['NOTE', 'ACTIVITY']), visibility: z.enum(['public', 'private', 'admin_only']) }),
	attachment: z.strictObject({ application_id: id, filename: z.string().min(1), type: z.enum(['resume', 'cover_letter', 'take_home_test', 'offer_packet', 'offer_letter', 'signed_offer_letter', 'other', 'form_attachment']), content: z.base64().min(1), visibility: z.enum(['public', 'private', 'admin_only']).optional() }),
	tag: z.strictObject({ name: z.string().min(1) }),
	appliedTag: z.strictObject({ candidate_id: id, candidate_tag_id: id }),
};

export function registerWrites(app: FastifyInstance, state: GreenhouseState): void {
	const { world } = state;
	const write = <Body extends z.ZodType>(method: 'POST' | 'PATCH' | 'DELETE', url: string, scope: string, shape: Body, handle: (body: z.infer<Body>, params: Record<string, string>, reply: FastifyReply) => unknown) =>
		app.route({
			method,
			url: `/v3${url}`,
			handler: async (request, reply) => {
				state.allow(request, scope);
				const body = checked(request, state, shape);
				const answer = await handle(body, request.params as Record<string, string>, reply);
				return answer === undefined ? await reply.code(204).send() : await reply.send(answer);
			},
		});

	write('POST', '/candidates', 'harvest:candidates:create', bodies.newCandidate, (body, _params, reply) => {
		const fields = personOf({ company: null, title: null, emails: [], phones: [], links: [], place: null, source: null, tagIds: [], consent: null, firstName: null, lastName: null }, body);
		if (!body.application) {
			if (state.settings.candidateNeedsApplication) throw unprocessable({ application: "can't be blank" });
			const candidate = world.add('candidate', fields, BY);
			void reply.code(201);
			return { candidate: rows.candidate(state, candidate) };
		}
		// The same address twice makes two people.
		const { application, candidate } = create(body.application, fields, { match: false });
		void reply.code(201);
		return { candidate: rows.candidate(state, candidate), application: rows.application(state, application) };
	});
	write('POST', '/applications', 'harvest:applications:create', bodies.newApplication, ({ candidate_id: candidateId, ...body }, _params, reply) => {
		const candidate = state.find('candidate', candidateId);
		if (!candidate) throw unprocessable({ candidate_id: 'was not found' });
		void reply.code(201);
		return rows.application(state, create(body, candidate, { candidateId: candidate.id }).application);
	});
	function create(body: { job_id: number; initial_stage_id?: number | undefined; source_id?: number | undefined }, candidate: Fields<'candidate'>, more: { match?: boolean; candidateId?: string }) {
		const job = state.find('job', body.job_id);
		if (!job) throw unprocessable({ job_id: 'was not found' });
		const stage = body.initial_stage_id === undefined ? undefined : state.planOf(job).find((one) => state.stageId(job, one) === body.initial_stage_id);
		if (body.initial_stage_id !== undefined && !stage) throw unprocessable({ initial_stage_id: 'is not a stage of the job' });
		return acts.apply(world, job, { candidate, ...more, ...(stage ? { stageId: stage.id } : {}) }, BY);
	}

	write('PATCH', '/candidates/:id', 'harvest:candidates:update', bodies.candidate, (body, params) => {
		const candidate = state.find('candidate', Number(params['id']));
		if (!candidate) throw fail(404);
		world.change('candidate', candidate.id, personOf(candidate, body), BY);
		return rows.candidate(state, candidate);
	});

	write('POST', '/applications/:id/move', 'harvest:applications:move', bodies.move, (body, params) => {
		const application = need(params);
		const stay = state.stayOf(application);
		if (application.status !== 'PENDING' || !stay) throw unprocessable('The application is not active');
		const job = world.jobs.need(application.jobId);
		const present = state.settings.fromStage === 'instance' ? stay.id : state.stageId(job, world.stages.need(stay.stageId));
		if (body.from_stage_id !== present) throw unprocessable({ from_stage_id: 'is not the current stage of the application' });
		const stage = state.planOf(job).find((one) => state.stageId(job, one) === body.to_stage_id);
		if (!stage) throw unprocessable({ to_stage_id: 'is not a stage of the job' });
		acts.move(world, application, stage.id, BY);
	});
	write('POST', '/applications/:id/reject', 'harvest:applications:reject', bodies.reject, (body, params) => {
		const application = need(params);
		if (application.status !== 'PENDING') throw unprocessable('The application is not active');
		const reason = state.find('rejectionReason', body.rejection_reason_id);
		if (!reason) throw unprocessable({ rejection_reason_id: 'was not found' });
		acts.reject(world, application, reason.id, body.notes ?? null, BY);
		if (body.notes !== undefined) acts.addNote(world, { candidateId: application.candidateId, applicationId: application.id }, { html: body.notes }, BY);
	});
	write('POST', '/applications/:id/unreject', 'harvest:applications:unreject', bodies.nothing, (_body, params) => {
		const application = need(params);
		if (application.status !== 'DECLINED') throw unprocessable('The application is not rejected');
		acts.reactivate(world, application, BY);
	});
	write('POST', '/applications/:id/hire', 'harvest:applications:hire', z.strictObject({ opening_id: id.optional(), start_date: z.string().optional(), close_reason_id: id.optional() }).optional(), (_body, params) => {
		const application = need(params);
		if (application.status !== 'PENDING') throw unprocessable('The application is not active');
		acts.hire(world, application, BY);
	});

	write('POST', '/notes', 'harvest:notes:create', bodies.note, (body, _params, reply) => {
		const candidate = state.find('candidate', body.candidate_id);
		const application = body.application_id === undefined ? null : state.find('application', body.application_id);
		if (!candidate || application === undefined || (application && application.candidateId !== candidate.id)) throw unprocessable({ candidate_id: 'was not found' });
		const note = acts.addNote(world, { candidateId: candidate.id, applicationId: application?.id ?? null }, { html: body.body, private: body.visibility !== 'public' }, BY);
		void reply.code(201);
		return rows.note(state, note);
	});
	write('POST', '/attachments', 'harvest:attachments:create', bodies.attachment, (body, _params, reply) => {
		const application = state.find('application', body.application_id);
		if (!application) throw unprocessable({ application_id: 'was not found' });
		const kind: Attachment['kind'] = body.type === 'resume' ? 'CV' : body.type === 'cover_letter' ? 'COVER_LETTER' : 'OTHER';
		const contentType = body.filename.toLowerCase().endsWith('.pdf') ? 'application/pdf' : 'application/octet-stream';
		const about = { candidateId: application.candidateId, applicationId: application.id };
		// A new resume takes the place of the old one.
		if (kind === 'CV') for (const old of world.attachments.by('applicationId', application.id)) if (old.kind === 'CV' && old.deletedAt === null) world.remove('attachment', old.id, BY);
		const made = acts.attach(world, about, { kind, fileName: body.filename, contentType, bytes: Buffer.from(body.content, 'base64') }, BY);
		void reply.code(201);
		return { ...rows.attachment(state, made), type: body.type, content_type: contentType, visibility: body.visibility ?? 'public' };
	});

	write('POST', '/candidate_tags', 'harvest:candidate_tags:create', bodies.tag, ({ name }, _params, reply) => {
		if (world.tags.alive().some((tag) => tag.name === name)) throw unprocessable({ name: 'has already been taken' });
		void reply.code(201);
		return rows.tag(state, world.add('tag', { name }, BY));
	});
	write('POST', '/applied_candidate_tags', 'harvest:applied_candidate_tags:create', bodies.appliedTag, (body, _params, reply) => {
		const candidate = state.find('candidate', body.candidate_id);
		const tag = state.find('tag', body.candidate_tag_id);
		if (!candidate || !tag) throw unprocessable('The candidate or the tag was not found');
		if (candidate.tagIds.includes(tag.id)) throw unprocessable('The tag has already been applied');
		acts.tag(world, candidate, tag.name, BY);
		void reply.code(201);
		return rows.appliedTag(state, candidate, tag);
	});
	write('DELETE', '/applied_candidate_tags/:id', 'harvest:applied_candidate_tags:destroy', z.undefined(), (_body, params) => {
		const wanted = Number(params['id']);
		for (const candidate of world.candidates.alive()) {
			for (const tagId of candidate.tagIds) {
				const tag = world.tags.get(tagId);
				if (!tag || rows.appliedTagId(candidate, tag) !== wanted) continue;
				world.change('candidate', candidate.id, { tagIds: candidate.tagIds.filter((one) => one !== tagId) }, BY);
				return;
			}
		}
		throw fail(404);
	});

	function need(params: Record<string, string>): Application {
		const application = state.find('application', Number(params['id']));
		if (!application) throw fail(404);
		return application;
	}
}

function checked<Body extends z.ZodType>(request: FastifyRequest, state: GreenhouseState, shape: Body): z.infer<Body> {
	const read = shape.safeParse(request.body);
	if (read.success) return read.data;
	const errors = read.error.issues.map((issue) => ({ [issue.path.join('.') || 'body']: issue.message }));
	// Values that people type wrongly are refused; keys that nobody knows are a mistake of the client.
	if (state.tools.validate && read.error.issues.some(({ code }) => code === 'unrecognized_keys')) state.tools.violation({ where: 'request', method: request.method, path: request.url, operation: null, errors: errors.map((error) => JSON.stringify(error)) });
	throw unprocessable(...errors);
}

type Person = Partial<z.infer<typeof bodies.newCandidate>>;

/** Lists are replaced whole by what is sent. */
function personOf(before: Fields<'candidate'> | Candidate, body: Person): Fields<'candidate'> {
	const kind = (type: string) => (type === 'work' ? 'WORK' : type === 'personal' || type === 'mobile' || type === 'home' ? 'PERSONAL' : 'OTHER');
	const links = [...(body.website_addresses ?? []), ...(body.social_media_addresses ?? [])].map(({ value }) => value);
	return {
		firstName: body.first_name ?? before.firstName,
		lastName: body.last_name ?? before.lastName,
		company: body.company === undefined ? before.company : body.company,
		title: body.title === undefined ? before.title : body.title,
		emails: body.email_addresses?.map(({ value, type }) => ({ address: value, type: kind(type) })) ?? before.emails,
		phones: body.phone_numbers?.map(({ value, type }) => ({ number: value, type: kind(type) })) ?? before.phones,
		links: body.website_addresses || body.social_media_addresses ? links : before.links,
		place: before.place,
		source: before.source,
		tagIds: before.tagIds,
		consent: before.consent,
	};
}
