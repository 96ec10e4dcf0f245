import type { FastifyInstance } from 'fastify';
import type { z } from 'zod/v4';
import { addNote, apply, attach, hire, move, reactivate, reject, tag, untag } from '../actions.cts';
import type { Fields } from '../model.cts';
import { acting, archivedBody, contactBody, newOpportunity, noteBody, route, stageBody, tagsBody } from './route.cts';
import type { Rows } from './rows.cts';
import { fail, type LeverState } from './state.cts';

const BY = 'lever';
const MAX_FILE = 30 * 1024 * 1024;

export function registerWrites(app: FastifyInstance, state: LeverState, rows: Rows): void {
	const { world } = state;
	const shown = (id: string) => ({ data: rows.opportunity(state.opportunity(id)) });

	route(app, state, {
		method: 'POST',
		path: '/opportunities',
		query: acting,
		body: newOpportunity,
		handle: ({ query, body, reply }) => {
			const user = state.actingUser(query, true);
			const stage = body.stage === undefined ? undefined : state.stage(body.stage);
			if (body.stage !== undefined && !stage) throw fail(400, 'Unknown stage');
			const [posting] = body.postings ?? [];
			// The world knows no application without a job: a lead hides it.
			const job = posting === undefined ? world.jobs.rows[0] : state.posting(posting);
			if (!job) throw fail(400, 'There is no posting');
			const known = world.candidates.rows.some((row) => row.deletedAt === null && row.emails.some(({ address }) => body.emails?.some((email) => email.toLowerCase() === address.toLowerCase())));
			const { application, candidate } = apply(
				world,
				job,
				{
					candidate: personOf(body),
					stageId: stage?.id,
					source: body.sources?.[0] ?? null,
					origin: body.origin === 'agency' ? 'AGENCY' : body.origin === 'referred' ? 'REFERRAL' : 'EXTERNAL',
					ownerId: (body.owner === undefined ? user : state.ids.find('user', body.owner))?.id ?? null,
				},
				BY,
			);
			for (const name of body.tags ?? []) tag(world, candidate, name, BY);
			if (posting === undefined) state.leads.add(application.id);
			return reply.code(201).send({ ...(known ? { deduped: true } : {}), data: rows.opportunity(application) });
		},
	});
	route(app, state, {
		method: 'PUT',
		path: '/opportunities/:id/stage',
		query: acting,
		body: stageBody,
		handle: ({ id, query, body }) => {
			const application = state.opportunity(id);
			const user = state.actingUser(query, false);
			const stage = state.stage(body.stage);
			if (!stage) throw fail(400, 'Unknown stage');
			move(world, application, stage.id, BY, user?.id ?? null);
			return shown(id);
		},
	});
	route(app, state, {
		method: 'PUT',
		path: '/opportunities/:id/archived',
		query: acting,
		body: archivedBody,
		handle: ({ id, query, body }) => {
			const application = state.opportunity(id);
			const user = state.actingUser(query, false);
			if (body.reason === null) reactivate(world, application, BY);
			else if (body.reason === state.hiredReasonId) hire(world, application, BY);
			else {
				const reason = state.ids.find('rejectionReason', body.reason);
				if (!reason && body.reason !== state.otherReasonId) throw fail(400, 'Unknown archive reason');
				reject(world, application, reason?.id ?? null, null, BY, user?.id ?? null);
			}
			return shown(id);
		},
	});
	route(app, state, {
		method: 'POST',
		path: '/opportunities/:id/notes',
		query: acting,
		body: noteBody,
		handle: ({ id, query, body, reply }) => {
			const application = state.opportunity(id);
			const user = state.actingUser(query, false);
			const note = addNote(world, { candidateId: application.candidateId, applicationId: application.id }, { html: body.value, authorId: user?.id ?? null, private: body.secret ?? false }, BY);
			return reply.code(201).send({ data: rows.note(note) });
		},
	});
	for (const [path, act] of [['addTags', tag], ['removeTags', untag]] as const) {
		route(app, state, {
			method: 'POST',
			path: `/opportunities/:id/${path}`,
			query: acting,
			body: tagsBody,
			handle: ({ id, query, body }) => {
				const candidate = world.candidates.need(state.opportunity(id).candidateId);
				state.actingUser(query, false);
				for (const name of body.tags) act(world, candidate, name, BY);
				return shown(id);
			},
		});
	}
	route(app, state, {
		method: 'POST',
		path: '/opportunities/:id/files',
		query: acting,
		handle: async ({ id, query, request, reply }) => {
			const application = state.opportunity(id);
			state.actingUser(query, false);
			const file = (await state.tools.readForm(request)).find(({ name, fileName }) => name === 'file' && fileName !== null);
			if (!file) throw fail(400, 'The form has no file');
			if (file.bytes.length > MAX_FILE) throw fail(413, 'The file is too large');
			const kept = attach(world, { candidateId: application.candidateId, applicationId: application.id }, { kind: 'OTHER', fileName: file.fileName ?? 'file', contentType: file.contentType ?? 'application/octet-stream', bytes: file.bytes }, BY);
			return reply.code(201).send({ data: rows.file(kept) });
		},
	});
	route(app, state, {
		method: 'PUT',
		path: '/contacts/:id',
		query: acting,
		body: contactBody,
		handle: ({ id, body }) => {
			const candidate = state.contact(id);
			const { firstName, lastName, emails, phones } = personOf(body);
			world.change('candidate', candidate.id, { ...(body.name === undefined ? {} : { firstName, lastName }), ...(body.emails ? { emails } : {}), ...(body.phones ? { phones } : {}) }, BY);
			return { data: rows.contact(candidate) };
		},
	});
}

function personOf({ name = '', emails = [], phones = [], headline, ...more }: Partial<z.infer<typeof newOpportunity>>): Fields<'candidate'> {
	const [, firstName = null, lastName = name] = /^(.*) (.*?)$/.exec(name.trim()) ?? [];
	return {
		firstName,
		lastName: lastName === '' ? null : lastName,
		company: null,
		title: headline ?? null,
		emails: emails.map((address) => ({ address, type: 'PERSONAL' })),
		phones: phones.map(({ value, type }) => ({ number: value, type: type === 'work' ? 'WORK' : 'PERSONAL' })),
		links: more.links ?? [],
		place: null,
		source: more.sources?.[0] ?? null,
		tagIds: [],
		consent: null,
	};
}
