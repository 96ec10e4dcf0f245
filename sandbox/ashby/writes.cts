import type { FastifyInstance } from 'fastify';
import * as acts from '../actions.cts';
import { iso } from '../clock.cts';
import type { Candidate, Fields, Tag } from '../model.cts';
import { ApiError } from '../simulator.cts';
import { operation, type Body } from './guard.cts';
import * as rows from './rows.cts';
import { fail, type AshbyState, type Upload } from './state.cts';

const BY = 'ashby';
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

export function registerWrites(app: FastifyInstance, state: AshbyState): void {
	const { world } = state;
	const candidateOf = (id: unknown): Candidate => state.need('candidate', id, 'candidate_not_found');

	/** A move; into a stage of the type Archived it is a rejection, which needs a reason. */
	operation(app, state, 'application.changeStage', ({ applicationId, interviewStageId, archiveReasonId, archiveEmail }) => {
		const application = state.need('application', applicationId, 'application_not_found');
		const stage = state.stagesOf(world.jobs.need(application.jobId)).find(({ id }) => id === interviewStageId);
		if (!stage) throw fail('interview_stage_not_found', 'The stage is not part of the interview plan of this application.');
		if (archiveEmail !== undefined) state.notifications.push('archiveEmail');
		if (stage.type === 'Archived') {
			const reason = state.need('rejectionReason', archiveReasonId, 'archive_reason_not_found');
			if (application.status !== 'DECLINED' || application.rejection?.reasonId !== reason.id) acts.reject(world, application, reason.id, null, BY);
		} else {
			if (archiveReasonId !== undefined) throw fail('invalid_input', 'archiveReasonId: only for a stage of the type Archived');
			if (application.status === 'DECLINED') acts.reactivate(world, application, BY);
			if (stage.stage) {
				state.setLead(application, false);
				acts.move(world, application, stage.stage.id, BY);
			} else state.setLead(application, true);
		}
		return { results: rows.application(state, application) };
	});
	operation(app, state, 'application.create', ({ candidateId, jobId, interviewStageId, sourceId, creditedToUserId }) => {
		const candidate = candidateOf(candidateId);
		const job = state.need('job', jobId, 'job_not_found');
		const stages = state.stagesOf(job);
		const isFirst = interviewStageId === 'FirstPreInterviewScreen';
		const stage = stages.find(({ id, type }) => (isFirst ? type === 'PreInterviewScreen' : interviewStageId === undefined ? type === 'Lead' : id === interviewStageId));
		if (!stage || stage.type === 'Archived') throw fail('interview_stage_not_found');
		const source = rows.sources(state).find(({ id }) => id === sourceId)?.['title'] ?? candidate.source;
		const { application } = acts.apply(world, job, { candidate, candidateId: candidate.id, ...(stage.stage ? { stageId: stage.stage.id } : {}), source: text(source), ownerId: state.find('user', creditedToUserId)?.id ?? null }, BY);
		if (stage.type === 'Lead') state.setLead(application, true);
		return { results: rows.application(state, application) };
	});

	/** Never looks whether there is one already. */
	operation(app, state, 'candidate.create', (body) => {
		const made = world.add('candidate', { company: null, title: null, place: null, source: null, tagIds: [], consent: null, ...nameOf(body['name']), ...contactOf(body, { emails: [], phones: [], links: [] }) }, BY);
		return { results: rows.candidate(state, made) };
	});
	operation(app, state, 'candidate.update', (body) => {
		const candidate = candidateOf(body['candidateId']);
		if (body['sendNotifications'] !== false) state.notifications.push('candidate.update');
		world.change('candidate', candidate.id, { ...(text(body['name']) === null ? {} : nameOf(body['name'])), ...contactOf(body, candidate) }, BY);
		return { results: rows.candidate(state, candidate) };
	});
	operation(app, state, 'candidate.createNote', ({ candidateId, note, isPrivate, sendNotifications }) => {
		const candidate = candidateOf(candidateId);
		if (sendNotifications === true) state.notifications.push('candidate.createNote');
		const html = typeof note === 'string' ? note : String(Reflect.get(Object(note), 'value'));
		const author = world.users.rows[0];
		const made = acts.addNote(world, { candidateId: candidate.id, applicationId: null }, { html, private: isPrivate === true, authorId: author?.id ?? null }, BY);
		return { results: { id: state.id('note', made), createdAt: iso(made.createdAt), isPrivate: made.private, content: html, author: author ? rows.user(state, author) : {} } };
	});
	const tagged = (body: Body, act: typeof acts.tag): Body => {
		const candidate = candidateOf(body['candidateId']);
		const tag: Tag = state.need('tag', body['tagId'], 'candidate_tag_not_found');
		act(world, candidate, tag.name, BY);
		return { results: rows.candidate(state, candidate) };
	};
	operation(app, state, 'candidate.addTag', (body) => tagged(body, acts.tag));
	operation(app, state, 'candidate.removeTag', (body) => tagged(body, acts.untag));
	operation(app, state, 'candidateTag.create', ({ title }) => ({ results: rows.tag(state, world.add('tag', { name: String(title) }, BY)) }));

	const attached = (candidateId: unknown, handle: unknown, forResume: boolean): Body => {
		const candidate = candidateOf(candidateId);
		const upload = state.uploads.get(String(handle));
		if (!upload?.bytes || upload.forResume !== forResume) throw fail('invalid_input', 'The file handle is not one of an uploaded file of this kind.');
		const { fileName, contentType, bytes } = upload;
		acts.attach(world, { candidateId: candidate.id, applicationId: null }, { kind: forResume ? 'CV' : 'OTHER', fileName, contentType, bytes }, BY);
		return { results: rows.candidate(state, candidate) };
	};
	operation(app, state, 'candidate.uploadResume', ({ candidateId, resumeHandle }) => attached(candidateId, resumeHandle, true));
	operation(app, state, 'candidate.uploadFile', ({ candidateId, fileHandle }) => attached(candidateId, fileHandle, false));
	operation(app, state, 'file.createFileUploadHandle', ({ fileUploadContext, filename, contentType, contentLength }) => {
		const upload = state.newUpload({ fileName: String(filename), contentType: String(contentType), size: Number(contentLength), forResume: fileUploadContext === 'CandidateResume' });
		return { results: { handle: upload.handle, url: `${state.tools.origin()}/ashby/storage/upload`, fields: { key: upload.handle, policy: 'sandbox' } } };
	});
	storage(app, state);
}

/** The storage that uploads go to: another server in truth, which must never see the key. */
function storage(app: FastifyInstance, state: AshbyState): void {
	app.post('/storage/upload', async (request, reply) => {
		const errors: string[] = [];
		if (request.headers.authorization !== undefined) errors.push('the key was sent to the storage');
		const parts = await state.tools.readForm(request);
		const upload: Upload | undefined = state.uploads.get(parts.find(({ name }) => name === 'key')?.text ?? '');
		const last = parts.at(-1);
		if (parts.find(({ name }) => name === 'policy')?.text !== 'sandbox') errors.push('a field of the handle is missing');
		if (last?.name !== 'file' || last.fileName === null) errors.push('the file is not the last part');
		if (errors.length > 0) state.tools.violation({ where: 'request', method: 'POST', path: request.url, operation: 'upload', errors });
		if (!upload || !last || errors.length > 0 || last.bytes.length !== upload.size || upload.until < state.world.clock.now()) throw new ApiError(403, '<Error><Code>AccessDenied</Code></Error>', { 'content-type': 'application/xml' });
		upload.bytes = last.bytes;
		return await reply.code(204).send();
	});
}

function nameOf(name: unknown): Pick<Candidate, 'firstName' | 'lastName'> {
	const [firstName = '', ...rest] = String(name).trim().split(/\s+/);
	return { firstName, lastName: rest.join(' ') || null };
}

function contactOf(body: Body, before: Pick<Candidate, 'emails' | 'phones' | 'links'>): Partial<Fields<'candidate'>> & Pick<Candidate, 'emails' | 'phones' | 'links'> {
	const [email, phone, other] = [text(body['email']), text(body['phoneNumber']), text(body['alternateEmail'])];
	const links = ['linkedInUrl', 'githubUrl', 'website', 'websiteUrl'].flatMap((key) => text(body[key]) ?? []);
	const emails = email === null ? before.emails : [{ address: email, type: 'PERSONAL' as const }, ...before.emails.slice(1)];
	return {
		emails: other === null ? emails : [...emails, { address: other, type: 'PERSONAL' }],
		phones: phone === null ? before.phones : [{ number: phone, type: 'PERSONAL' }, ...before.phones.slice(1)],
		links: [...before.links, ...links.filter((link) => !before.links.includes(link))],
	};
}
