import type { FastifyInstance } from 'fastify';
import type { ModelName } from '../model.cts';
import { operation } from './guard.cts';
import { Lists, type Listing } from './lists.cts';
import * as rows from './rows.cts';
import { fail, type AshbyState } from './state.cts';

const STATUS = { Open: 'OPEN', Closed: 'CLOSED', Draft: 'DRAFT', Archived: 'ARCHIVED' } as const;
/** Without a status drafts are left out (job.list). */
const WITHOUT_STATUS = ['Open', 'Closed', 'Archived'];

export function registerReads(app: FastifyInstance, state: AshbyState): void {
	const { world, tools } = state;
	const lists = new Lists(state);
	const list = <M extends ModelName>(listing: Listing<M>): void => operation(app, state, listing.name, (body, request) => lists.page(listing, body, request));
	const applicationFits = (applicationId: string, asked: unknown): boolean => {
		const application = world.applications.get(applicationId);
		return application?.deletedAt === null && state.visible('application', application) && (asked === undefined || state.id('application', application) === asked);
	};

	list({
		name: 'application.list',
		model: 'application',
		row: (one) => rows.application(state, one),
		fits: (one, { status, jobId }) => {
			if (jobId !== undefined && state.id('job', world.jobs.need(one.jobId)) !== jobId) return false;
			return status === undefined || rows.application(state, one)['status'] === status;
		},
	});
	list({ name: 'candidate.list', model: 'candidate', row: (one) => rows.candidate(state, one) });
	list({
		name: 'job.list',
		model: 'job',
		row: (one, { expand }) => rows.job(state, one, Array.isArray(expand) && expand.includes('location')),
		fits: (one, { status }) => (Array.isArray(status) ? status : WITHOUT_STATUS).some((word: keyof typeof STATUS) => STATUS[word] === one.status),
	});
	list({
		name: 'interviewSchedule.list',
		model: 'interview',
		row: (one) => rows.schedule(state, one),
		fits: (one, { applicationId, interviewStageId }) => applicationFits(one.applicationId, applicationId) && (interviewStageId === undefined || rows.schedule(state, one)['interviewStageId'] === interviewStageId),
	});
	list({
		name: 'offer.list',
		model: 'offer',
		row: (one) => rows.offer(state, one),
		fits: (one, { applicationId, acceptanceStatus, offerStatus }) => {
			const { acceptanceStatus: accepted, offerStatus: stands } = rows.offer(state, one);
			return applicationFits(one.applicationId, applicationId) && (!Array.isArray(acceptanceStatus) || acceptanceStatus.includes(accepted)) && (!Array.isArray(offerStatus) || offerStatus.includes(stands));
		},
	});
	list({ name: 'interviewPlan.list', model: 'job', row: (one) => rows.plan(state, one) });
	list({ name: 'user.list', model: 'user', row: (one) => rows.user(state, one), fits: (one, { includeDeactivated }) => one.active || includeDeactivated === true });
	list({ name: 'candidateTag.list', model: 'tag', row: (one) => rows.tag(state, one) });

	operation(app, state, 'application.info', ({ applicationId }) => ({ results: rows.applicationInfo(state, state.need('application', applicationId, 'application_not_found')) }));
	operation(app, state, 'candidate.info', ({ id }) => ({ results: rows.candidate(state, state.need('candidate', id, 'candidate_not_found')) }));
	operation(app, state, 'job.info', ({ id, expand }) => ({ results: rows.job(state, state.need('job', id, 'job_not_found'), Array.isArray(expand) && expand.includes('location')) }));
	/** By address and name, both when both are given; at most 100. */
	operation(app, state, 'candidate.search', ({ email, name }) => {
		if (email === undefined && name === undefined) throw fail('invalid_input', 'email or name is needed');
		const fits = (text: string, part: unknown): boolean => part === undefined || text.toLowerCase().includes(String(part).toLowerCase());
		const found = world.candidates.alive().filter((one) => (email === undefined || one.emails.some(({ address }) => address.toLowerCase() === String(email).toLowerCase())) && fits([one.firstName, one.lastName].join(' '), name));
		return { results: found.slice(0, 100).map((one) => rows.candidate(state, one)) };
	});
	operation(app, state, 'interviewStage.list', ({ interviewPlanId }) => {
		const job = world.jobs.alive().find((one) => state.planId(one) === interviewPlanId);
		if (!job) throw fail('interview_plan_not_found');
		return { results: state.stagesOf(job).map(rows.stage), moreDataAvailable: false };
	});
	operation(app, state, 'archiveReason.list', () => ({ results: world.rejectionReasons.alive().map((one) => rows.reason(state, one)) }));
	operation(app, state, 'source.list', () => ({ results: rows.sources(state), moreDataAvailable: false }));
	operation(app, state, 'apiKey.info', () => ({ results: { title: 'n8n', createdAt: new Date(world.clock.now()).toISOString(), scopes: ['applications:read', 'candidates:read', 'candidates:write', 'jobs:read'] } }));
	operation(app, state, 'file.info', ({ fileHandle }) => {
		const file = world.attachments.alive().find((one) => rows.handleOf(state, one) === fileHandle);
		if (!file) throw fail('file_not_found');
		return { results: { url: tools.publish({ name: file.fileName, contentType: file.contentType, bytes: () => world.bytes(file) }) } };
	});
}
